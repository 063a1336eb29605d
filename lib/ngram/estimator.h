#pragma once

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "ngram/discounts.h"
#include "ngram/estimate.h"
#include "ngram/room.h"

namespace dlt::ngram {

// Of one context h. First sums: A + per_type T, and u Z of the kept n-grams; then what
// probabilities are made of: 1 / Z, and g where it is interpolated.
struct Mass {
  double total = 0, spent = 0;
};

// Counts in, tables out, one level after the other. All arrays that are only needed on the way are
// by the nodes of the counts; those of the tables by the nodes that pruning leaves.
class Estimator {
 public:
  Estimator(Counts counts, const EstimateSettings& settings, const Workspace& work);
  Estimated run(const Report& report);

 private:
  CountLevel& nodes(int n) { return counts_.levels[static_cast<std::size_t>(n - 1)]; }
  Level& table(int n) { return made_.tables.levels[static_cast<std::size_t>(n - 1)]; }
  OrderReport& report_of(int n) { return made_.orders[static_cast<std::size_t>(n - 1)]; }
  const Array<Node>& ranks(int n) const { return ranks_[static_cast<std::size_t>(n - 1)]; }
  std::size_t size(int n) { return n == 1 ? counts_.vocabulary.size() : nodes(n).word.size(); }
  std::size_t kept(int n) { return report_of(n).kept; }

  // Where node `i` of the counts, or what follows the last one, is in the tables.
  Node rank(int n, std::size_t i) const {
    return ranks(n).empty() ? static_cast<Node>(i) : ranks(n)[i];
  }
  bool keeps(int n, std::size_t i) const {
    return ranks(n).empty() || ranks(n)[i + 1] != ranks(n)[i];
  }

  // Calls f(begin, end) over [0, n): once; or, where arrays are files, piece by piece, and gives
  // their pages back after each.
  template <class F, class... Arrays>
  void in_pieces(std::size_t n, const F& f, const Arrays&... arrays) {
    for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
      end = storage_.folder.empty() ? n : std::min(n, begin + piece_);
      f(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
      (arrays.drop(), ...);
    }
  }
  // The same over the parents of level `n`, by the number of their children.
  template <class F, class... Arrays>
  void in_families(int n, const F& f, const Arrays&... arrays) {
    const Array<Node>& first = nodes(n - 1).first;
    for (std::size_t begin = 0, end = 0; begin < size(n - 1); begin = end) {
      end = storage_.folder.empty() ? size(n - 1) : piece_end(first, begin, piece_);
      f(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
      first.drop();
      (arrays.drop(), ...);
    }
  }
  template <class F>
  static void in_parallel(std::int64_t begin, std::int64_t end, const F& f) {
    parallel_for(end - begin, 256,
                 [&](std::int64_t b, std::int64_t e) { f(begin + b, begin + e); });
  }

  // Contexts lie scattered: the one that node i needs soon.
  void fetch_mass(Node i) const {
    constexpr Node ahead = 16;
    if (i + ahead < context_.size()) __builtin_prefetch(mass_.data() + context_[i + ahead]);
  }

  void prune(int n);
  Array<std::uint32_t> take_counts(int n);
  Worth worth_of(int n, const Array<std::uint32_t>& a);
  void unigrams();
  void level(int n);
  void add_up(int n, const Worth& worth, const Array<std::uint32_t>& a);
  void weigh(int n, const Worth& worth);
  float weigh(Mass& mass, const Worth& worth, double shorter) const;
  void write_probabilities(int n, const Worth& worth, const Array<std::uint32_t>& a);
  void finish(int n);
  template <class F, class... Arrays>
  void copy_kept(int n, const F& copy, const Arrays&... arrays) {
    in_pieces(
        size(n),
        [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            if (keeps(n, i)) copy(i);
          }
        },
        ranks(n), arrays...);
  }
  void finish_vocabulary();

  Counts counts_;
  EstimateSettings settings_;
  int order_;
  bool interpolated_;
  double vocabulary_ = 0;  // V
  Storage storage_;
  std::size_t piece_ = piece;
  Estimated made_;
  std::vector<Array<Node>> ranks_;  // [level]: empty where all are kept
  Array<double> p_;                 // of the level below
  Array<Node> context_;             // of the nodes of this level
  Array<Mass> mass_;                // of the contexts, so by the nodes of the level below
  Array<double> shorter_;           // backing off: sum of p(x|h') over the kept hx of each context
};

}  // namespace dlt::ngram
