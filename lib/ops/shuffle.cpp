#include "base/error.h"
#include "ops/axes.h"
#include "ops/pool.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

constexpr std::int64_t largest = 1 << 15;  // factor: its square is still small

void check(std::string_view op, const Tensor& x) {
  require(x.shape().rank() == 4, "{}: input {} is not [n, channels, height, width]", op, x.shape());
}

}  // namespace

Tensor pixel_shuffle(const Tensor& x, std::int64_t factor) {
  check("pixel_shuffle", x);
  const auto n = x.dim(0), channels = x.dim(1), h = x.dim(2), w = x.dim(3), r = factor;
  require(r >= 1 && r <= largest && channels % (r * r) == 0,
          "pixel_shuffle: {} channels are no multiple of {} squared", channels, r);
  const auto c = channels / (r * r);
  const Shape shape = result_shape("pixel_shuffle", {n, c, h, r, w, r});
  return reshape(permute(reshape(x, {n, c, r, r, h, w}), {0, 1, 4, 2, 5, 3}),
                 {n, c, shape.dim(2) * r, shape.dim(4) * r});
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t factor) {
  check("pixel_unshuffle", x);
  const auto n = x.dim(0), c = x.dim(1), h = x.dim(2), w = x.dim(3), r = factor;
  require(r >= 1 && r <= largest && h % r == 0 && w % r == 0,
          "pixel_unshuffle: {} x {} are no multiples of {}", h, w, r);
  const Shape shape = result_shape("pixel_unshuffle", {n, c, h / r, r, w / r, r});
  return reshape(permute(reshape(x, shape), {0, 1, 3, 5, 2, 4}),
                 result_shape("pixel_unshuffle", {n, c * r * r, h / r, w / r}));
}

Tensor channel_shuffle(const Tensor& x, std::int64_t groups) {
  require(x.shape().rank() >= 2, "channel_shuffle: input {} is not [n, channels, ...]", x.shape());
  require(groups >= 1 && x.dim(1) % groups == 0,
          "channel_shuffle: {} channels do not fall into {} groups", x.dim(1), groups);
  const kernels::Middle a = middle_of(x.shape(), 1);
  return reshape(permute(reshape(x, {a.outer, groups, a.n / groups, a.inner}), {0, 2, 1, 3}),
                 x.shape());
}

}  // namespace dlt::ops
