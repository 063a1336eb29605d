#include "ops/boxes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"

namespace dlt::ops {
namespace {

struct Box {
  real x1, y1, x2, y2;
  real area() const { return (x2 - x1) * (y2 - y1); }
};

Box box(const Tensor& t, std::int64_t row) {
  const real* v = t.data() + row * 4;
  return {v[0], v[1], v[2], v[3]};
}

// Intersection over union, 0 where there is no union.
real iou(const Box& a, const Box& b) {
  const real width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const real height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  const real shared = std::max(width, real(0)) * std::max(height, real(0));
  const real together = a.area() + b.area() - shared;
  return together == 0 ? 0 : shared / together;
}

void check_boxes(std::string_view op, std::string_view name, const Tensor& t) {
  require(t.shape().rank() == 2 && t.dim(1) == 4, "{}: {} {} are not rows (x1, y1, x2, y2)", op,
          name, t.shape());
}

// One row of the loss 1 - I / (U + e) + (E - U) / (E + e), with I the intersection, U the union
// and E the smallest box around both, and its derivatives by the corners of a and b.
struct Giou {
  static constexpr real epsilon = real(1e-7);
  std::array<real, 4> a, b;
  real loss;
  std::array<real, 4> da{}, db{};

  Giou(const Box& p, const Box& q) : a{p.x1, p.y1, p.x2, p.y2}, b{q.x1, q.y1, q.x2, q.y2} {
    const std::array inner{edge(0, Side::inner), edge(1, Side::inner)};
    const std::array outer{edge(0, Side::outer), edge(1, Side::outer)};
    const bool meet = inner[0] > 0 && inner[1] > 0;
    const real shared = meet ? inner[0] * inner[1] : 0;
    const real u = p.area() + q.area() - shared + epsilon;
    const real around = outer[0] * outer[1] + epsilon;
    loss = 1 - shared / u + (around - u) / around;
    const real by_union = shared / (u * u) - 1 / around, by_around = u / (around * around);
    const real by_shared = -1 / u - by_union;
    for (std::size_t axis : {0U, 1U}) {
      da[axis + 2] += by_union * (a[3 - axis] - a[1 - axis]);
      da[axis] -= by_union * (a[3 - axis] - a[1 - axis]);
      db[axis + 2] += by_union * (b[3 - axis] - b[1 - axis]);
      db[axis] -= by_union * (b[3 - axis] - b[1 - axis]);
      if (meet) pull(axis, Side::inner, by_shared * inner[1 - axis]);
      pull(axis, Side::outer, by_around * outer[1 - axis]);
    }
  }

 private:
  enum class Side : bool { inner, outer };

  // The length along an axis of the intersection or of the box around.
  real edge(std::size_t i, Side side) const {
    return side == Side::inner ? std::min(a[i + 2], b[i + 2]) - std::max(a[i], b[i])
                               : std::max(a[i + 2], b[i + 2]) - std::min(a[i], b[i]);
  }
  // Its gradient, halved between equal corners.
  void pull(std::size_t i, Side side, real g) {
    const auto share = [&](std::size_t k, bool larger) {
      const real part = a[k] == b[k] ? real(0.5) : (a[k] > b[k]) == larger ? 1 : 0;
      const real signed_g = k >= 2 ? g : -g;
      da[k] += part * signed_g;
      db[k] += (1 - part) * signed_g;
    };
    share(i + 2, side == Side::outer);
    share(i, side == Side::inner);
  }
};

}  // namespace

Indices nms(const Tensor& boxes, const Tensor& scores, double threshold) {
  check_boxes("nms", "boxes", boxes);
  require(scores.shape() == Shape{boxes.dim(0)}, "nms: boxes {} need scores {}, got {}",
          boxes.shape(), Shape{boxes.dim(0)}, scores.shape());
  const real* s = scores.data();
  std::vector<std::int32_t> order(static_cast<std::size_t>(boxes.dim(0))), kept;
  std::iota(order.begin(), order.end(), 0);
  const auto rank = [&](std::int32_t i) { return std::isnan(s[i]) ? -INFINITY : s[i]; };
  std::ranges::stable_sort(order, std::greater<>(), rank);
  for (std::int32_t i : order) {
    const bool better = std::ranges::any_of(kept, [&](std::int32_t k) {
      return static_cast<double>(iou(box(boxes, k), box(boxes, i))) > threshold;
    });
    if (!better) kept.push_back(i);
  }
  const auto count = static_cast<std::int64_t>(kept.size());
  return Indices({count}, std::move(kept));
}

Tensor box_iou(const Tensor& a, const Tensor& b) {
  check_boxes("box_iou", "boxes", a);
  check_boxes("box_iou", "boxes", b);
  const auto rows = a.dim(0), cols = b.dim(0);
  require(cols == 0 || rows <= INT32_MAX / cols, "box_iou: {} times {} boxes are too many", rows,
          cols);
  Tensor y = Tensor::uninitialized({rows, cols});
  real* out = y.mutable_data();
  parallel_each(rows, 4 * cols, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < cols; ++j) out[i * cols + j] = iou(box(a, i), box(b, j));
  });
  return y;
}

Tensor generalized_box_iou_loss(const Tensor& a, const Tensor& b, Reduction reduction) {
  check_boxes("generalized_box_iou_loss", "boxes", a);
  require(a.shape() == b.shape(), "generalized_box_iou_loss: boxes {} and {} are not of one shape",
          a.shape(), b.shape());
  const auto rows = a.dim(0);
  const bool each = reduction == Reduction::none;
  const real scale =
      reduction == Reduction::mean ? 1 / static_cast<real>(std::max<std::int64_t>(rows, 1)) : 1;
  Tensor y = Tensor::zeros(each ? Shape{rows} : Shape{});
  double sum = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const real loss = Giou(box(a, i), box(b, i)).loss;
    if (each) y.mutable_data()[i] = loss;
    sum += static_cast<double>(loss);
  }
  if (!each) *y.mutable_data() = static_cast<real>(sum) * scale;
  return autograd::record("generalized_box_iou_loss", y, {a, b},
                          [a = a.detach(), b = b.detach(), rows, each, scale](
                              const Tensor& dy, autograd::InputGrads& dx) {
                            for (std::int64_t i = 0; i < rows; ++i) {
                              const Giou row(box(a, i), box(b, i));
                              const real up = scale * dy.data()[each ? i : 0];
                              for (std::size_t side : {0U, 1U}) {
                                if (!dx.wants(side)) continue;
                                real* out = dx[side] + i * 4;
                                for (std::size_t k = 0; k < 4; ++k) {
                                  out[k] += up * (side == 0 ? row.da[k] : row.db[k]);
                                }
                              }
                            }
                          });
}

}  // namespace dlt::ops
