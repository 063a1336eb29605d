#include "embed/onehot.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "base/rng.h"
#include "ops/ops.h"

namespace dlt::embed {
namespace {

using autograd::backward;

Tensor random(const Shape& shape, Rng& rng) {
  Tensor t = Tensor::uninitialized(shape);
  std::generate_n(t.mutable_data(), t.size(), [&] { return static_cast<real>(rng.normal()); });
  return t;
}

Tensor as_numbers(const Indices& ids) {
  Tensor t = Tensor::uninitialized(ids.shape());
  std::ranges::transform(ids.values(), t.mutable_data(),
                         [](std::int32_t v) { return static_cast<real>(v); });
  return t;
}

Tensor one_hot(const Indices& ids, std::int64_t classes) {
  return as_numbers(ops::one_hot(ids, classes));
}

double apart(const Tensor& a, const Tensor& b) {
  double most = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(a.data()[i] - b.data()[i]));
    if (!(difference <= most)) most = difference;  // a NaN too
  }
  return most;
}

double largest(const Tensor& t) {
  double most = 0;
  for (const real v : t.values()) most = std::max(most, std::fabs(static_cast<double>(v)));
  return most;
}

// What one sum of `terms` terms of size `size` may be off by, added in one order and in another.
double rounding(std::int64_t terms, double size) {
  return 2 * static_cast<double>(terms) * size *
         static_cast<double>(std::numeric_limits<real>::epsilon());
}

struct Gradient {
  Tensor value, gradient;
};

template <class F>
Gradient both(Tensor table, const Tensor& dy, const F& f) {
  table.zero_grad();
  const Tensor y = f(table);
  backward(y, dy);
  return {y.detach(), table.grad().clone()};
}

template <class F>
double seconds(const F& work) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  };
  std::vector<double> times;
  for (const auto start = Clock::now(); times.size() < 5 || since(start) < 0.1;) {
    const auto begin = Clock::now();
    work();
    times.push_back(since(begin));
    if (times.size() >= 100'000) break;
  }
  std::ranges::nth_element(times, times.begin() + std::ssize(times) / 2);
  return times[times.size() / 2];
}

class Facts {
 public:
  explicit Facts(const OnehotSettings& s)
      : s_(s), rng_(s.seed), table_(random({s.vocab, s.dim}, rng_).set_needs_grad()) {
    std::vector<std::int32_t> drawn(static_cast<std::size_t>(s.batch));
    for (auto& id : drawn) id = static_cast<std::int32_t>(rng_.below(rows()));
    ids_ = Indices({s.batch}, std::move(drawn));
    dy_ = random({s.batch, s.dim}, rng_);
  }

  void look_up_is_product(OnehotCheck& all) {
    const Tensor x = one_hot(ids_, s_.vocab);
    const auto looked = [&](const Tensor& t) { return ops::embedding(t, ids_); };
    const auto multiplied = [&](const Tensor& t) { return ops::matmul(x, t); };
    const Gradient a = both(table_, dy_, looked), b = both(table_, dy_, multiplied);
    all.facts.push_back({"look-up = one-hot x table, value", apart(a.value, b.value), 0});
    all.facts.push_back({"look-up = one-hot x table, gradient", apart(a.gradient, b.gradient),
                         rounding(s_.batch, largest(dy_))});
    all.look_up_seconds = seconds([&] { both(table_, dy_, looked); });
    all.product_seconds = seconds([&] { both(table_, dy_, multiplied); });
  }

  // The gradient of a row is the sum over the places where its id stands; of other rows it is 0.
  void repeated_add_up(OnehotCheck& all) {
    Tensor expected = Tensor::zeros({s_.vocab, s_.dim});
    for (std::int64_t i = 0; i < s_.batch; ++i) {
      real* row = expected.mutable_data() + ids_.data()[i] * s_.dim;
      for (std::int64_t d = 0; d < s_.dim; ++d) row[d] += dy_.data()[i * s_.dim + d];
    }
    const auto looked = [&](const Tensor& t) { return ops::embedding(t, ids_); };
    all.facts.push_back({"a repeated id adds up, other rows get nothing",
                         apart(both(table_, dy_, looked).gradient, expected),
                         rounding(s_.batch, largest(dy_))});
  }

  // Words, positions and segments, say: [x1 | x2 | x3] [T1; T2; T3] = x1 T1 + x2 T2 + x3 T3.
  void sum_is_one_layer(OnehotCheck& all) {
    const Tensor one = random({3 * s_.vocab, s_.dim}, rng_).set_needs_grad();
    std::vector<Tensor> hot;
    std::vector<Indices> ids;
    for (std::int64_t k = 0; k < 3; ++k) {
      std::vector<std::int32_t> drawn(static_cast<std::size_t>(s_.batch));
      for (auto& id : drawn) id = static_cast<std::int32_t>(rng_.below(rows()));
      ids.emplace_back(Shape{s_.batch}, std::move(drawn));
      hot.push_back(one_hot(ids.back(), s_.vocab));
    }
    const Tensor x = ops::cat(hot, 1);
    const Gradient dense = both(one, dy_, [&](const Tensor& t) { return ops::matmul(x, t); });
    const Gradient sum = both(one, dy_, [&](const Tensor& t) {
      const auto part = [&](std::int64_t k) {
        return ops::embedding(ops::slice(t, 0, k * s_.vocab, (k + 1) * s_.vocab),
                              ids[static_cast<std::size_t>(k)]);
      };
      return ops::add(ops::add(part(0), part(1)), part(2));
    });
    all.facts.push_back({"three tables added = one dense layer on one-hots side by side, value",
                         apart(sum.value, dense.value), rounding(3, largest(one))});
    all.facts.push_back({"the same, gradient", apart(sum.gradient, dense.gradient),
                         rounding(s_.batch, largest(dy_))});
  }

 private:
  std::uint64_t rows() const { return static_cast<std::uint64_t>(s_.vocab); }

  OnehotSettings s_;
  Rng rng_;
  Tensor table_, dy_;
  Indices ids_;
};

}  // namespace

bool OnehotCheck::holds() const {
  return std::ranges::all_of(facts, [](const OnehotFact& f) { return f.holds(); });
}

OnehotCheck check_onehot(const OnehotSettings& settings) {
  OnehotCheck all;
  Facts facts(settings);
  facts.look_up_is_product(all);
  facts.repeated_add_up(all);
  facts.sum_is_one_layer(all);
  return all;
}

}  // namespace dlt::embed
