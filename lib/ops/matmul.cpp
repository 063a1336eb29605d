#include "ops/matmul.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"
#include "kernels/gemm.h"
#include "ops/broadcast.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;

// y[i] = a[a_of[i]] b[b_of[i]] for all matrices i of the result.
struct Product {
  std::int64_t m, n, k;
  std::int64_t a_count, b_count;
  std::vector<std::int64_t> a_of, b_of;
  std::int64_t batch() const { return static_cast<std::int64_t>(a_of.size()); }
};

// For each matrix of the result the one of an operand with the axes `own`, of which those of size 1
// and those that are missing are repeated.
std::vector<std::int64_t> sources(const Shape& result, const Shape& own) {
  const Dims steps = steps_under(result, own);
  std::vector<std::int64_t> from(static_cast<std::size_t>(result.size()));
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    for (std::size_t d = steps.size(); d-- > 0; rest /= result.dims()[d]) {
      from[i] += rest % result.dims()[d] * steps[d];
    }
  }
  return from;
}

// For each matrix of an operand those of the result it had a part in.
std::vector<std::vector<std::int64_t>> inverse(const std::vector<std::int64_t>& of,
                                               std::int64_t count) {
  std::vector<std::vector<std::int64_t>> uses(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < of.size(); ++i)
    uses[static_cast<std::size_t>(of[i])].push_back(static_cast<std::int64_t>(i));
  return uses;
}

// Runs f(i) for many products: side by side if there are enough, else one after the other, each
// with all threads. The bits are the same.
template <class F>
void each(std::int64_t count, std::int64_t work, const F& f) {
  constexpr std::int64_t many = 8, worth_a_thread = 1 << 18;
  const std::int64_t grain =
      count < many ? count
                   : std::max<std::int64_t>(1, worth_a_thread / std::max<std::int64_t>(1, work));
  parallel_for(count, std::max<std::int64_t>(1, grain), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

// The gradient of an operand with `count` matrices of `size` numbers: multiply(to, i, add) puts or
// adds the part that matrix i of the result has in it.
template <class Multiply>
void collect(InputGrads& dx, std::size_t operand, const std::vector<std::int64_t>& of,
             std::int64_t count, std::int64_t size, std::int64_t work, const Multiply& multiply) {
  if (!dx.wants(operand)) return;
  const auto uses = inverse(of, count);
  const bool unused = std::ranges::any_of(uses, [](const auto& u) { return u.empty(); });
  const auto slot = unused ? InputGrads::Slot{dx[operand], true} : dx.slot(operand);
  each(count, work, [&](std::int64_t j) {
    bool accumulate = slot.accumulate;
    for (const std::int64_t i : uses[static_cast<std::size_t>(j)]) {
      multiply(slot.data + j * size, i, accumulate);
      accumulate = true;
    }
  });
}

Tensor multiply(const Tensor& a, const Tensor& b, const Shape& shape, const Product& p) {
  Tensor y = Tensor::uninitialized(shape);
  const std::int64_t work = p.m * p.n * p.k;
  each(p.batch(), work, [&, out = y.mutable_data()](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    kernels::gemm(out + i * p.m * p.n, a.data() + p.a_of[at] * p.m * p.k,
                  b.data() + p.b_of[at] * p.k * p.n, {.m = p.m, .n = p.n, .k = p.k});
  });
  return autograd::record(
      "matmul", y, {a, b},
      [a = a.detach(), b = b.detach(), p, work](const Tensor& dy, InputGrads& dx) {
        const std::int64_t left = p.m * p.k, right = p.k * p.n, out = p.m * p.n;
        collect(dx, 0, p.a_of, p.a_count, left, work, [&](real* to, std::int64_t i, bool add) {
          const real* other = b.data() + p.b_of[static_cast<std::size_t>(i)] * right;
          kernels::gemm(to, dy.data() + i * out, other,
                        {.m = p.m, .n = p.k, .k = p.n, .transpose_b = true, .accumulate = add});
        });
        collect(dx, 1, p.b_of, p.b_count, right, work, [&](real* to, std::int64_t i, bool add) {
          const real* other = a.data() + p.a_of[static_cast<std::size_t>(i)] * left;
          kernels::gemm(to, other, dy.data() + i * out,
                        {.m = p.k, .n = p.n, .k = p.m, .transpose_a = true, .accumulate = add});
        });
      });
}

Shape leading(const Tensor& t) {
  return Shape(Dims(t.shape().dims().begin(), t.shape().dims().end() - 2));
}

// Operands of at least two axes.
Tensor batched(const Tensor& a, const Tensor& b) {
  const auto all = common_shape(leading(a), leading(b));
  require(all.has_value(), "matmul: the leading axes of {} and {} do not broadcast", a.shape(),
          b.shape());
  Product p{a.dim(-2), b.dim(-1), a.dim(-1), 1, 1, {0}, {0}};
  if (b.shape().rank() == 2) {  // all rows of a in one product
    p.m = middle_of(a.shape(), a.shape().dims().size() - 1).outer;
  } else {
    result_shape("matmul", all->dims());  // before as many places are listed
    p.a_of = sources(*all, leading(a));
    p.b_of = sources(*all, leading(b));
    p.a_count = leading(a).size();
    p.b_count = leading(b).size();
  }
  Dims dims = all->dims();
  dims.insert(dims.end(), {a.dim(-2), b.dim(-1)});
  return multiply(a, b, result_shape("matmul", std::move(dims)), p);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const bool row = a.shape().rank() == 1, column = b.shape().rank() == 1;
  require(a.shape().rank() > 0 && b.shape().rank() > 0, "matmul: {} times {}: scalars have no axis",
          a.shape(), b.shape());
  require(a.dim(-1) == b.dim(column ? 0 : -2),
          "matmul: the last axis of {} does not fit axis {} of {}", a.shape(), column ? 0 : -2,
          b.shape());
  if (row) {
    Dims dims = b.shape().dims();
    column ? dims.clear() : void(dims.erase(dims.end() - 2));
    return reshape(matmul(reshape(a, {1, a.dim(0)}), column ? reshape(b, {b.dim(0), 1}) : b),
                   Shape(std::move(dims)));
  }
  if (column) {
    Dims dims = a.shape().dims();
    dims.pop_back();
    return reshape(matmul(a, reshape(b, {b.dim(0), 1})), Shape(std::move(dims)));
  }
  return batched(a, b);
}

}  // namespace dlt::ops
