#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "train/metrics.h"

namespace dlt::train {

struct Standing {
  std::int64_t step = 0, steps = 0;
  double loss = 0;
  double lr = 0;
  double items_per_second = 0;  // 0: not known yet
  std::string_view item_name = "items";
  double seconds_left = 0;
};

// "step 120/2000 (6%)  loss 2.413  lr 3.0e-04  15.2k tokens/s  ETA 2m10s"
std::string progress_line(const Standing& s);
std::string short_number(double n);                // 15.2k, 1.3M
std::string duration(double seconds);              // 45s, 2m10s, 3h05m
std::string metrics_line(const Metrics& metrics);  // "valid_loss 1.234  valid_accuracy 0.5"

// What the user sees on stderr while training: one line that is rewritten at most five times a
// second if stderr is a terminal, otherwise one line for each report.
class Progress {
 public:
  enum class Quiet : bool { no, yes };
  explicit Progress(Quiet quiet);
  ~Progress();  // leaves the last line standing
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(const Standing& s);          // after every step
  void report(const Standing& s);        // after every step that is reported
  void say(const std::string& message);  // a line that stays
  // What goes on, where there are no steps: shown on terminals, until the next line.
  void stage(const std::string& name, double fraction);

 private:
  using Clock = std::chrono::steady_clock;
  void show(const std::string& line);
  void end_line();

  bool quiet_;
  bool terminal_;
  bool open_ = false;  // a line without its end is on the terminal
  Clock::time_point shown_{};
};

}  // namespace dlt::train
