#include "ngram/estimate.h"

#include <cmath>

#include "ngram/estimator.h"

namespace dlt::ngram {
namespace {

float log10_of(double x) {
  return x > 0 ? static_cast<float>(std::log(x) * 0.43429448190325182765) : log_zero;
}

bool interpolates(const EstimateSettings& settings) {
  switch (settings.smoothing) {
    case Smoothing::jelinek_mercer:
    case Smoothing::add_k:
      return true;
    case Smoothing::katz:
    case Smoothing::stupid_backoff:
    case Smoothing::maximum_likelihood:
      return false;
    default:
      return settings.interpolate;
  }
}

}  // namespace

Estimator::Estimator(Counts counts, const EstimateSettings& settings, const Workspace& work)
    : counts_(std::move(counts)),
      settings_(settings),
      order_(static_cast<int>(counts_.levels.size())),
      interpolated_(interpolates(settings)) {
  check(settings_, order_);
  std::size_t bytes = 0;
  for (int n = 1; n <= order_; ++n) bytes += 40 * size(n);
  storage_ = room_for(bytes, work);
  piece_ = std::clamp<std::size_t>(static_cast<std::size_t>(work.limit()) / 64, 1024, piece);
  ranks_.resize(counts_.levels.size());
  made_.orders.resize(counts_.levels.size());
  made_.tables.levels.resize(counts_.levels.size());
}

Estimated Estimator::run(const Report& report) {
  report("estimating", 0);
  unigrams();
  Array<Node> shorter;
  for (int n = 2; n <= order_; ++n) {
    context_ = contexts(counts_.levels, n, shorter.span(), storage_);
    shorter = {};
    level(n);
    shorter = std::move(context_);
    if (n > 2) finish(n - 2);
    report("estimating", static_cast<double>(n) / (order_ + 1));
  }
  if (order_ > 1) finish(order_ - 1);
  finish(order_);
  finish_vocabulary();
  if (settings_.smoothing == Smoothing::stupid_backoff) {
    made_.tables.about.absent_bow = log10_of(settings_.alpha);
  }
  report("estimating", 1);
  return std::move(made_);
}

Worth Estimator::worth_of(int n, const Array<std::uint32_t>& a) {
  CountsOfCounts t(counts_of_counts_needed(settings_, n));
  in_pieces(
      a.size(),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          if (a[i] < t.size()) ++t[a[i]];
        }
      },
      a);
  Worth worth = worth_of_counts(settings_, n, order_, vocabulary_, t, report_of(n));
  if (a.empty()) report_of(n).fallback.clear();
  return worth;
}

void Estimator::unigrams() {
  prune(1);
  Array<std::uint32_t> a = take_counts(1);
  a[sentence_begin] = 0;
  const bool unknown_is_out = settings_.closed && a[unknown] == 0;
  const auto is_event = [&](std::size_t i) {
    return i != sentence_begin && keeps(1, i) && !(i == unknown && unknown_is_out);
  };
  vocabulary_ = static_cast<double>(kept(1) - (unknown_is_out ? 2 : 1));
  Worth worth = worth_of(1, a);
  Mass mass;
  double unseen = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mass.total += a[i] + (a[i] > 0 ? worth.per_type : 0);
    if (a[i] > 0 && keeps(1, i)) mass.spent += worth(a[i]);
    if (a[i] == 0 && is_event(i)) ++unseen;
  }
  const bool blend =
      settings_.smoothing == Smoothing::add_k || (interpolated_ && settings_.interpolate_unigrams);
  if (!blend && unseen == 0) {
    worth = {};
    mass.total = 0;
    for (std::size_t i = 0; i < a.size(); ++i) mass.total += keeps(1, i) ? a[i] : 0;
    mass.spent = mass.total;
  }
  double z = mass.total + worth.per_context;
  if (worth.leave_some && unseen > 0 && z <= mass.spent) z += 1;
  const double g = z > 0 ? std::max(0.0, (z - mass.spent) / z) : 1;
  const double each = blend ? g / vocabulary_ : unseen > 0 ? g / unseen : 0;
  p_ = Array<double>(a.size(), storage_);
  table(1).log10_p = Array<float>(kept(1), storage_);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!keeps(1, i)) continue;
    if (is_event(i)) p_[i] = (a[i] > 0 ? worth(a[i]) / z : 0) + (blend || a[i] == 0 ? each : 0);
    table(1).log10_p[rank(1, i)] = log10_of(p_[i]);
  }
}

void Estimator::level(int n) {
  prune(n);
  const Array<std::uint32_t> a = take_counts(n);
  const Worth worth = worth_of(n, a);
  add_up(n, worth, a);
  weigh(n, worth);
  write_probabilities(n, worth, a);
  mass_ = {};
}

// Each thread has its own contexts and passes by all n-grams, so that each sum is made in one
// order, by any number of threads.
void Estimator::add_up(int n, const Worth& worth, const Array<std::uint32_t>& a) {
  const Branches& parents = nodes(n - 1);
  const bool back_off = !interpolated_ && settings_.smoothing != Smoothing::stupid_backoff;
  const std::size_t count = size(n - 1);
  mass_ = Array<Mass>(count, storage_);
  shorter_ = Array<double>(back_off ? count : 0, storage_);
  const auto add = [&](std::int64_t begin, std::int64_t end, Node low, Node high) {
    for (std::int64_t p = begin; p < end; ++p) {
      for (Node i = parents.first[p]; i < parents.first[p + 1]; ++i) {
        fetch_mass(i);
        const Node c = context_[i];
        if (c - low >= high - low) continue;
        Mass& mass = mass_[c];
        mass.total += a[i] + (a[i] > 0 ? worth.per_type : 0);
        if (!keeps(n, i)) continue;
        mass.spent += worth(a[i]);
        if (back_off) shorter_[c] += p_[p];
      }
    }
  };
  const std::int64_t parts = size(n) < 1 << 14 ? 1 : threads();
  in_families(
      n,
      [&](std::int64_t begin, std::int64_t end) {
        parallel_for(parts, 1, [&](std::int64_t first, std::int64_t last) {
          const auto border = [&](std::int64_t part) {
            return static_cast<Node>(static_cast<std::int64_t>(count) * part / parts);
          };
          add(begin, end, border(first), border(last));
        });
      },
      context_, a, ranks(n), mass_, shorter_, p_);
}

// The back-off weight; makes of the sums of a context what its probabilities need.
float Estimator::weigh(Mass& mass, const Worth& worth, double shorter) const {
  if (mass.total == 0) {  // no context, or one whose n-grams count nothing
    mass = {0, 1};
    return 0;
  }
  double z = mass.total + worth.per_context;
  if (worth.leave_some && z <= mass.spent) z += 1;
  const double g = std::max(0.0, (z - mass.spent) / z);
  if (interpolated_) {
    mass = {1 / z, g};
    return log10_of(g);
  }
  constexpr double nothing = 1e-10;
  const double unseen = 1 - shorter;
  const bool all_seen = unseen < nothing && mass.spent > 0;
  mass = {all_seen ? 1 / mass.spent : 1 / z, 0};
  return all_seen ? 0 : log10_of(g / unseen);
}

void Estimator::weigh(int n, const Worth& worth) {
  const bool constant = settings_.smoothing == Smoothing::stupid_backoff;
  Array<float> bows(kept(n - 1), storage_);
  const float alpha = log10_of(settings_.alpha);
  in_pieces(
      mass_.size(),
      [&](std::int64_t from, std::int64_t to) {
        in_parallel(from, to, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t c = begin; c < end; ++c) {
            const float bow = weigh(mass_[c], worth, shorter_.empty() ? 0 : shorter_[c]);
            if (keeps(n - 1, c)) bows[rank(n - 1, c)] = constant ? alpha : bow;
          }
        });
      },
      mass_, shorter_, bows);
  table(n - 1).log10_bow = std::move(bows);
  shorter_ = {};
}

void Estimator::write_probabilities(int n, const Worth& worth, const Array<std::uint32_t>& a) {
  const Branches& parents = nodes(n - 1);
  Array<double> p(n < order_ ? a.size() : 0, storage_);
  Array<float> log10_p(kept(n), storage_);
  in_families(
      n,
      [&](std::int64_t from, std::int64_t to) {
        in_parallel(from, to, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t parent = begin; parent < end; ++parent) {
            const double shorter = p_[parent];
            for (Node i = parents.first[parent]; i < parents.first[parent + 1]; ++i) {
              fetch_mass(i);
              if (!keeps(n, i)) continue;
              const Mass& mass = mass_[context_[i]];
              const double x = worth(a[i]) * mass.total + mass.spent * shorter;
              if (n < order_) p[i] = x;
              log10_p[rank(n, i)] = log10_of(x);
            }
          }
        });
      },
      context_, a, ranks(n), mass_, p_, p, log10_p);
  table(n).log10_p = std::move(log10_p);
  p_ = std::move(p);
}

Estimated estimate(Counts counts, const EstimateSettings& settings, const Workspace& work,
                   const Report& report) {
  return Estimator(std::move(counts), settings, work).run(report);
}

}  // namespace dlt::ngram
