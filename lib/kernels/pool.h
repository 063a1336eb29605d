#pragma once

#include <array>

#include "kernels/gemm.h"

namespace dlt::kernels {

// Windows over planes x [planes, height, width], one for each element of y [planes, out height,
// out width]; every window has at least one element in the plane. Indices are places in a plane.
struct Windows {
  using Two = std::array<Size, 2>;  // along the height, along the width
  Size planes;
  Two in, out, kernel, stride, padding;
  bool count_padding = false;  // means divide by the size of the window with its padding

  // Of a window those rows (axis 0) or columns (1) that lie in the plane.
  struct Range {
    Size begin, end;
  };
  Range range(std::size_t axis, Size o) const {
    const Size begin = o * stride[axis] - padding[axis], end = begin + kernel[axis];
    return {begin < 0 ? 0 : begin, end < in[axis] ? end : in[axis]};
  }
  Size elements() const {  // of a window, in the plane
    return (kernel[0] < in[0] ? kernel[0] : in[0]) * (kernel[1] < in[1] ? kernel[1] : in[1]);
  }
  Size counted(std::size_t axis, Size o) const {
    const Range r = range(axis, o);
    if (!count_padding) return r.end - r.begin;
    const Size rest = in[axis] + 2 * padding[axis] - o * stride[axis];
    return rest < kernel[axis] ? rest : kernel[axis];
  }
};

// The first of the largest elements; a NaN is larger than anything. index: null if not wanted.
void max_pool(real* y, std::int32_t* index, const real* x, const Windows& w) noexcept;
void mean_pool(real* y, const real* x, const Windows& w) noexcept;
void mean_pool_backward(real* dx, const real* dy, const Windows& w) noexcept;  // dx +=

// Means of out[0] x out[1] parts as equal as can be: [floor(o in / out), ceil((o + 1) in / out)).
struct Parts {
  Size planes;
  Windows::Two in, out;
};
void mean_parts(real* y, const real* x, const Parts& p) noexcept;
void mean_parts_backward(real* dx, const real* dy, const Parts& p) noexcept;  // dx +=

// Between planes of `few` elements and planes of `many`, where index says which.
struct Places {
  Size planes, few, many;
  const std::int32_t* index;
};
void put_back(real* many, const real* few, const Places& p) noexcept;   // many = few; in order
void add_back(real* many, const real* few, const Places& p) noexcept;   // many += few
void take_back(real* few, const real* many, const Places& p) noexcept;  // few += many

}  // namespace dlt::kernels
