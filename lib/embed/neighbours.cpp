#include "embed/neighbours.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/gemm.h"

namespace dlt::embed {
namespace {

bool before(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

// The best of what it is offered, in a heap whose top is the worst of them.
class Best {
 public:
  explicit Best(std::size_t count) : count_(count) {}

  bool takes(real cosine) const { return heap_.size() < count_ || cosine >= heap_.front().cosine; }

  void add(const Neighbour& n) {
    if (heap_.size() == count_) {
      if (!before(n, heap_.front())) return;
      std::ranges::pop_heap(heap_, before);
      heap_.pop_back();
    }
    heap_.push_back(n);
    std::ranges::push_heap(heap_, before);
  }

  const std::vector<Neighbour>& all() const { return heap_; }

 private:
  std::size_t count_;
  std::vector<Neighbour> heap_;
};

void make_unit(std::vector<real>& direction) {
  double sum = 0;
  for (real x : direction) sum += static_cast<double>(x) * x;
  if (!(sum > 0)) return;
  const double scale = 1 / std::sqrt(sum);
  for (real& x : direction) x = static_cast<real>(x * scale);
}

}  // namespace

WordSum parse_word_sum(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t\r", at)) != text.npos;) {
    const auto end = std::min(text.find_first_of(" \t\r", at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end;
  }
  WordSum sum;
  if (fields.size() == 1) {
    sum.terms.push_back({std::string(fields[0])});
    return sum;
  }
  real sign = 0;
  for (std::string_view field : fields) {
    if (field == "+" || field == "-") {
      require(sign == 0, Exit::usage, "'{}': a word is missing before '{}'", text, field);
      sign = field == "+" ? real(1) : real(-1);
    } else {
      sum.terms.push_back({std::string(field), sign == 0 ? 1 : sign});
      sign = 0;
    }
  }
  require(sign == 0, Exit::usage, "'{}': a word is missing at the end", text);
  return sum;
}

Neighbours::Neighbours(const Vectors& vectors)
    : vectors_(vectors), inverse_(inverse_lengths(vectors.rows)) {}

Neighbours::Query Neighbours::query(std::span<const std::int64_t> rows, std::span<const real> signs,
                                    std::span<const std::vector<real>> others) const {
  const std::int64_t dim = vectors_.dim();
  std::vector<double> sum(static_cast<std::size_t>(dim));
  const auto add = [&](const real* row, double scale) {
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += scale * row[j];
  };
  Query query;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto sign = static_cast<double>(signs[i]);
    if (rows[i] < 0) {
      std::vector<real> unit = others.front();
      others = others.subspan(1);
      make_unit(unit);
      add(unit.data(), sign);
    } else {
      add(vectors_.rows.data() + rows[i] * dim, sign * inverse_[static_cast<std::size_t>(rows[i])]);
      query.left_out.push_back(rows[i]);
    }
  }
  query.direction.assign(sum.size(), 0);
  std::ranges::transform(sum, query.direction.begin(),
                         [](double x) { return static_cast<real>(x); });
  make_unit(query.direction);
  return query;
}

std::vector<Neighbour> Neighbours::best(const real* products, const Query& query,
                                        std::int64_t top) const {
  constexpr std::int64_t part = 1 << 15;
  const std::int64_t size = vectors_.size();
  const auto count = static_cast<std::size_t>(std::min(top, size));
  std::vector<Best> parts(static_cast<std::size_t>((size + part - 1) / part), Best(count));
  parallel_for(std::ssize(parts), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      Best& here = parts[static_cast<std::size_t>(p)];
      for (std::int64_t i = p * part; i < std::min(size, (p + 1) * part); ++i) {
        const real cosine = products[i] * inverse_[static_cast<std::size_t>(i)];
        if (!here.takes(cosine) || std::ranges::find(query.left_out, i) != query.left_out.end()) {
          continue;
        }
        here.add({i, std::clamp(cosine, real(-1), real(1))});
      }
    }
  });
  std::vector<Neighbour> all;
  for (const Best& here : parts) all.insert(all.end(), here.all().begin(), here.all().end());
  std::ranges::sort(all, before);
  if (all.size() > count) all.resize(count);
  return all;
}

std::vector<std::vector<Neighbour>> Neighbours::nearest(std::span<const Query> queries,
                                                        std::int64_t top) const {
  constexpr std::size_t at_once = 8;  // what the product of few rows does in one pass
  const std::int64_t size = vectors_.size(), dim = vectors_.dim();
  std::vector<std::vector<Neighbour>> answers;
  std::vector<real> directions;
  Tensor products;
  for (std::size_t from = 0; from < queries.size(); from += at_once) {
    const auto these = queries.subspan(from, std::min(at_once, queries.size() - from));
    directions.clear();
    for (const Query& q : these) {
      directions.insert(directions.end(), q.direction.begin(), q.direction.end());
    }
    products = Tensor::uninitialized({std::ssize(these), size});
    kernels::gemm(products.mutable_data(), directions.data(), vectors_.rows.data(),
                  {.m = std::ssize(these), .n = size, .k = dim, .transpose_b = true});
    for (std::size_t i = 0; i < these.size(); ++i) {
      answers.push_back(best(products.data() + static_cast<std::int64_t>(i) * size, these[i], top));
    }
  }
  return answers;
}

}  // namespace dlt::embed
