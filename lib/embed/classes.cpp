#include "embed/classes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/gemm.h"

namespace dlt::embed {
namespace {

// The words of each class one after the other, each class's in order.
struct Members {
  std::vector<std::int64_t> words, begins;

  Members(const std::vector<std::int32_t>& of, std::int64_t classes)
      : words(of.size()), begins(static_cast<std::size_t>(classes) + 1) {
    for (std::int32_t c : of) ++begins[static_cast<std::size_t>(c) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<std::int64_t> next(begins.begin(), begins.end() - 1);
    for (std::size_t i = 0; i < of.size(); ++i) {
      words[static_cast<std::size_t>(next[static_cast<std::size_t>(of[i])]++)] =
          static_cast<std::int64_t>(i);
    }
  }
};

void move_centres(const Tensor& unit, const Members& members, Tensor& centres) {
  const std::int64_t dim = unit.dim(1);
  real* out = centres.mutable_data();
  parallel_for(centres.dim(0), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> sum(static_cast<std::size_t>(dim));
    for (std::int64_t c = begin; c < end; ++c) {
      std::ranges::fill(sum, 0.0);
      const auto k = static_cast<std::size_t>(c);
      for (std::int64_t m = members.begins[k]; m < members.begins[k + 1]; ++m) {
        const real* row = unit.data() + members.words[static_cast<std::size_t>(m)] * dim;
        for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += row[j];
      }
      const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
      if (!(length > 0)) continue;
      std::ranges::transform(sum, out + c * dim,
                             [&](double x) { return static_cast<real>(x / length); });
    }
  });
}

void assign(const Tensor& unit, const Tensor& centres, std::vector<std::int32_t>& of) {
  const std::int64_t size = unit.dim(0), dim = unit.dim(1), classes = centres.dim(0);
  constexpr std::int64_t block = 128;
  parallel_for((size + block - 1) / block, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<real> cosines(static_cast<std::size_t>(block * classes));
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t from = b * block, rows = std::min(block, size - from);
      kernels::gemm_small(cosines.data(), unit.data() + from * dim, centres.data(),
                          {.m = rows, .n = classes, .k = dim, .transpose_b = true});
      for (std::int64_t i = 0; i < rows; ++i) {
        const real* row = cosines.data() + i * classes;
        of[static_cast<std::size_t>(from + i)] =
            static_cast<std::int32_t>(std::max_element(row, row + classes) - row);
      }
    }
  });
}

}  // namespace

WordClasses find_classes(const Vectors& vectors, std::int64_t classes, std::int64_t rounds,
                         const std::function<void(std::int64_t round)>& report) {
  require(classes >= 1 && classes <= vectors.size(), Exit::usage,
          "{} classes of {} words: between 1 and the number of words are possible", classes,
          vectors.size());
  const Tensor unit = unit_rows(vectors.rows);
  Tensor centres = Tensor::zeros({classes, vectors.dim()});
  WordClasses found;
  found.of.resize(vectors.words.size());
  for (std::size_t i = 0; i < found.of.size(); ++i) {
    found.of[i] = static_cast<std::int32_t>(static_cast<std::int64_t>(i) % classes);
  }
  while (found.rounds < rounds) {
    if (report) report(found.rounds);
    const std::vector<std::int32_t> last = found.of;
    move_centres(unit, Members(last, classes), centres);
    assign(unit, centres, found.of);
    ++found.rounds;
    if (found.of == last) break;
  }
  return found;
}

}  // namespace dlt::embed
