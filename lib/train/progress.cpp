#include "train/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace dlt::train {
namespace {

// stderr may be closed or full: no reason to stop training.
void print(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

std::string fitting(std::string line) {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) {
    line.resize(std::min<std::size_t>(line.size(), size.ws_col - 1));
  }
  return line;
}

}  // namespace

std::string short_number(double n) {
  if (n >= 999.5e6) return fmt::format("{:.1f}G", n / 1e9);
  if (n >= 999.5e3) return fmt::format("{:.1f}M", n / 1e6);
  if (n >= 999.5) return fmt::format("{:.1f}k", n / 1e3);
  return fmt::format("{:.3g}", n);
}

std::string duration(double seconds) {
  if (!(seconds < 1e9)) return "?";
  const auto s = std::llround(std::max(seconds, 0.0));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
  return fmt::format("{}d{:02}h", s / 86400, s / 3600 % 24);
}

std::string metrics_line(const Metrics& metrics) {
  std::string line;
  for (const auto& [name, value] : metrics) {
    line += fmt::format("{}{} {:.4g}", line.empty() ? "" : "  ", name, value);
  }
  return line;
}

std::string progress_line(const Standing& s) {
  std::string line = fmt::format("step {}/{} ({}%)  loss {:.4g}  lr {:.1e}", s.step, s.steps,
                                 100 * s.step / std::max<std::int64_t>(s.steps, 1), s.loss, s.lr);
  if (s.items_per_second > 0) {
    line += fmt::format("  {} {}/s  ETA {}", short_number(s.items_per_second), s.item_name,
                        duration(s.seconds_left));
  }
  return line;
}

Progress::Progress(Quiet quiet)
    : quiet_(quiet == Quiet::yes), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { end_line(); }

void Progress::step(const Standing& s) {
  if (quiet_ || !terminal_ || Clock::now() - shown_ < std::chrono::milliseconds(200)) return;
  show(progress_line(s));
}

void Progress::report(const Standing& s) {
  if (quiet_) return;
  if (terminal_ && s.step == s.steps) show(progress_line(s));
  if (!terminal_) print(progress_line(s) + "\n");
}

void Progress::say(const std::string& message) {
  if (quiet_) return;
  end_line();
  print(message + "\n");
}

void Progress::stage(const std::string& name, double fraction) {
  if (quiet_ || !terminal_ || Clock::now() - shown_ < std::chrono::milliseconds(200)) return;
  show(fmt::format("{} {:.0f}%", name, 100 * fraction));
}

void Progress::show(const std::string& line) {
  print("\r" + fitting(line) + "\033[K");
  shown_ = Clock::now();
  open_ = true;
}

void Progress::end_line() {
  if (open_) print("\n");
  open_ = false;
}

}  // namespace dlt::train
