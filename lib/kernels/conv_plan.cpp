#include "kernels/conv_plan.h"

#include <algorithm>
#include <map>

namespace dlt::kernels {
namespace {

constexpr Size column_unit = 64;

Size parts(Size x, Size unit) { return (x + unit - 1) / unit; }

// Even parts of at most `most`, but at least one number each.
Size even_part(Size total, Size most) {
  return parts(total, parts(total, std::max<Size>(1, most)));
}

}  // namespace

Size Correlation::span() const {
  const auto [low, high] = std::minmax_element(
      taps.begin(), taps.end(), [](const Tap& a, const Tap& b) { return a.offset < b.offset; });
  return high->offset - low->offset;
}

bool Correlation::reads_all() const {
  return stride == 1 && step == 1 && start == 0 && in == count && taps.size() == 1 &&
         taps[0].offset == 0;
}

Correlation forward_axis(const ConvAxis& a) {
  Correlation c{.in = a.in, .count = a.out, .stride = a.stride, .taps = {}};
  for (Size k = 0; k < a.kernel; ++k) c.taps.push_back({k, k * a.dilation - a.padding});
  return c;
}

// dx[h] = sum of w[k] dy[i] over all k and i with h = stride i + dilation k - padding. With
// h = start + stride j this is i = j + (start + padding - dilation k) / stride, if that divides.
std::vector<Correlation> backward_axes(const ConvAxis& a) {
  std::map<Size, Correlation> by_start;
  for (Size k = 0; k < a.kernel; ++k) {
    const Size at = k * a.dilation - a.padding;
    const Size start = (at % a.stride + a.stride) % a.stride;
    if (start >= a.in) continue;
    Correlation& c = by_start[start];
    c.in = a.out;
    c.count = parts(a.in - start, a.stride);
    c.start = start;
    c.step = a.stride;
    c.taps.push_back({k, (start - at) / a.stride});
  }
  std::vector<Correlation> axes;
  for (auto& [start, c] : by_start) axes.push_back(std::move(c));
  return axes;
}

AxisBlock::AxisBlock(const Correlation& c, Size first_output, Size outputs)
    : first(first_output), count(outputs), in(c.in), stride(c.stride), origin(0), extent(outputs) {
  const auto reaches_x = [&](const Tap& t) {
    return t.offset + stride * (first + count - 1) >= 0 && t.offset + stride * first < in;
  };
  bool any = false;
  Size low = 0;
  for (const Tap& t : c.taps) {
    if (!reaches_x(t)) continue;
    low = any ? std::min(low, t.offset) : t.offset;
    any = true;
  }
  origin = stride * first + low;
  for (const Tap& t : c.taps) {
    if (!reaches_x(t)) {
      places.push_back({-1, 0});
      continue;
    }
    const Size remainder = (t.offset - low) % stride, shift = (t.offset - low) / stride;
    auto found = std::find(remainders.begin(), remainders.end(), remainder);
    if (found == remainders.end()) found = remainders.insert(found, remainder);
    places.push_back({found - remainders.begin(), shift});
    extent = std::max(extent, count + shift);
  }
}

Size PlaneBlock::plane() const {
  return static_cast<Size>(rows.remainders.size() * cols.remainders.size()) * rows.extent * line() +
         room;
}

bool PlaneBlock::has_padding_taps() const {
  const auto is_padding = [](const AxisBlock::Place& p) { return p.phase < 0; };
  return std::any_of(rows.places.begin(), rows.places.end(), is_padding) ||
         std::any_of(cols.places.begin(), cols.places.end(), is_padding);
}

void PlaneBlock::offsets(Size* out, Size channels, Size zeros) const {
  const auto phases = static_cast<Size>(cols.remainders.size());
  for (Size c = 0; c < channels; ++c) {
    for (const auto& r : rows.places) {
      for (const auto& s : cols.places) {
        *out++ = r.phase < 0 || s.phase < 0
                     ? zeros
                     : c * plane() +
                           ((r.phase * phases + s.phase) * rows.extent + r.shift) * line() +
                           s.shift;
      }
    }
  }
}

Size ConvCorrelation::factors() const {
  return in * static_cast<Size>(rows.taps.size() * cols.taps.size());
}

BlockShape block_shape(const Correlation& rows, const Correlation& cols, Size channels,
                       Size numbers) {
  const Size whole_line = cols.stride * cols.count + cols.span();
  const Size lines = numbers / std::max<Size>(1, channels * whole_line);
  const Size most_rows = (lines - rows.span()) / rows.stride;
  if (most_rows >= 1) return {even_part(rows.count, most_rows), cols.count};
  const Size length = numbers / std::max<Size>(1, channels * (rows.span() + 1));
  const Size most_cols = std::max(column_unit, (length - cols.span()) / cols.stride);
  const Size even = even_part(cols.count, most_cols);
  return {1, std::min(cols.count, parts(even, column_unit) * column_unit)};
}

}  // namespace dlt::kernels
