#include "models/embedding/learn.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "base/error.h"

namespace dlt::models {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Small enough that progress and signals are looked at a few times a second.
class Slices {
 public:
  std::int64_t words() const { return words_; }
  void took(double seconds) {
    if (seconds < 0.1) words_ = std::min<std::int64_t>(2 * words_, 1'000'000'000);
    if (seconds > 0.4) words_ = std::max<std::int64_t>(words_ / 2, 1000);
  }

 private:
  std::int64_t words_ = 10'000;
};

class Learning {
 public:
  Learning(embed::Trainer& trainer, train::Progress& progress, const LearnEvents& events)
      : trainer_(trainer), progress_(progress), e_(events) {}

  bool run();

 private:
  std::int64_t words() const { return trainer_.standing().words; }
  // Words to the next multiple of `every` behind `from`.
  static std::int64_t left(std::int64_t every, std::int64_t from) {
    return every > 0 ? every - from % every : INT64_MAX;
  }
  bool passed(std::int64_t every, std::int64_t from) const {
    return every > 0 && words() / every != from / every;
  }
  bool slice();
  train::Standing standing() const;
  void report();

  embed::Trainer& trainer_;
  train::Progress& progress_;
  const LearnEvents& e_;
  Slices slices_;
  double loss_sum_ = 0;  // of the words since the last report
  double busy_ = 0;      // seconds
  std::int64_t seen_ = 0;
};

bool Learning::slice() {
  const std::int64_t from = words();
  const auto start = Clock::now();
  const bool more = trainer_.advance(
      std::min({slices_.words(), left(e_.report_every, from), left(e_.save_every, from)}));
  const double seconds = seconds_since(start);
  slices_.took(seconds);
  const auto now = trainer_.standing();
  require(std::isfinite(now.loss), Exit::diverged,
          "the loss is not finite after {} words: train again with a smaller lr than {}", now.words,
          now.lr);
  loss_sum_ += now.loss * static_cast<double>(now.words - from);
  seen_ += now.words - from;
  busy_ += seconds;
  return more;
}

train::Standing Learning::standing() const {
  const auto now = trainer_.standing();
  const double per_second = busy_ > 0 ? static_cast<double>(seen_) / busy_ : 0;
  return {
      .step = now.words,
      .steps = now.all,
      .loss = seen_ > 0 ? loss_sum_ / static_cast<double>(seen_) : now.loss,
      .lr = now.lr,
      .items_per_second = per_second,
      .item_name = "words",
      .seconds_left = per_second > 0 ? static_cast<double>(now.all - now.words) / per_second : 0};
}

void Learning::report() {
  const auto now = standing();
  if (e_.report) e_.report(now);
  progress_.report(now);
  loss_sum_ = busy_ = 0;
  seen_ = 0;
}

bool Learning::run() {
  for (;;) {
    const std::int64_t from = words();
    const bool more = slice();
    const bool stopped = more && e_.stopping && e_.stopping();
    if (stopped) progress_.say("stopping after these words; once more to stop at once");
    if (!more || passed(e_.report_every, from)) {
      report();
    } else {
      progress_.step(standing());
    }
    if (e_.save && (!more || stopped || passed(e_.save_every, from))) e_.save();
    if (!more || stopped) return !stopped;
  }
}

}  // namespace

std::string corpus_line(const embed::Corpus& corpus) {
  return fmt::format("{} words, of which {} are left: {} different ones", corpus.read, corpus.total,
                     corpus.size());
}

bool learn(embed::Trainer& trainer, train::Progress& progress, const LearnEvents& events) {
  return Learning(trainer, progress, events).run();
}

}  // namespace dlt::models
