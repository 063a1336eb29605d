#include "lexicon/distance.h"

#include <algorithm>

#include "base/parallel.h"
#include "lexicon/letters.h"

namespace dlt::lexicon {

GramSet::GramSet(std::string_view text, int n) {
  const std::u32string all = letters(text);
  const auto length = static_cast<std::size_t>(n);
  for (std::size_t at = 0; at + length <= all.size(); ++at)
    grams_.push_back(all.substr(at, length));
  std::ranges::sort(grams_);
  grams_.erase(std::unique(grams_.begin(), grams_.end()), grams_.end());
}

std::size_t GramSet::shared(const GramSet& other) const {
  std::size_t count = 0;
  auto a = grams_.begin();
  auto b = other.grams_.begin();
  while (a != grams_.end() && b != other.grams_.end()) {
    const int order = a->compare(*b);
    count += order == 0;
    if (order <= 0) ++a;
    if (order >= 0) ++b;
  }
  return count;
}

double GramDistance::similarity() const {
  return a + b == 0 ? 1 : 2 * static_cast<double>(shared) / static_cast<double>(a + b);
}

GramDistance gram_distance(const GramSet& a, const GramSet& b) {
  return {a.size(), b.size(), a.shared(b)};
}

GramDistance gram_distance(std::string_view a, std::string_view b, int n) {
  return gram_distance(GramSet(a, n), GramSet(b, n));
}

std::vector<Near> nearest_by_grams(std::string_view text, const std::vector<std::string>& words,
                                   int n, std::size_t count) {
  const GramSet own(text, n);
  std::vector<Near> all(words.size());
  parallel_for(static_cast<std::int64_t>(words.size()), 1024,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const auto at = static_cast<std::size_t>(i);
                   all[at] = {at, gram_distance(own, GramSet(words[at], n))};
                 }
               });
  count = std::min(count, all.size());
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const Near& x, const Near& y) {
                              const auto dx = x.grams.distance(), dy = y.grams.distance();
                              if (dx != dy) return dx < dy;
                              if (x.grams.shared != y.grams.shared) {
                                return x.grams.shared > y.grams.shared;
                              }
                              return x.index < y.index;
                            });
  all.resize(count);
  return all;
}

}  // namespace dlt::lexicon
