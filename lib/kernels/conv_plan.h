#pragma once

#include <vector>

#include "kernels/conv.h"

// Where the numbers of a convolution are: shared by its kernels, no arithmetic on them.
namespace dlt::kernels {

struct Tap {
  Size weight;  // which of the kernel's weights
  Size offset;
};

// One axis of y[start + step i] = sum over taps of w[weight] x[stride i + offset], i in [0, count):
// a convolution, or the part of its backward pass that writes every step-th row.
struct Correlation {
  Size in;     // length of x
  Size count;  // of i
  Size start = 0, step = 1;
  Size stride = 1;
  std::vector<Tap> taps;

  Size span() const;       // from the first offset to the last
  bool reads_all() const;  // one tap, y[i] = w x[i] for all of x
};

Correlation forward_axis(const ConvAxis& a);

// dx as correlations of dy, one for each remainder modulo the stride that has any tap.
std::vector<Correlation> backward_axes(const ConvAxis& a);

// Outputs [first, first + count) of a correlation and what they read of x, copied so that equal
// taps of neighbouring outputs are neighbours: line `phase` holds x[origin + remainder + stride j],
// j in [0, extent). A tap reads from `shift` in its phase on, or nothing but padding (phase -1).
struct AxisBlock {
  struct Place {
    Size phase, shift;
  };
  Size first, count;
  Size in, stride, origin, extent;
  std::vector<Size> remainders;  // of the phases
  std::vector<Place> places;     // of the taps

  AxisBlock(const Correlation& c, Size first, Size count);
};

// A block of lines of all `channels` in a workspace: [channel][row phase][column phase][row][line].
struct PlaneBlock {
  static constexpr Size room = 32;  // zeros behind each channel: vectors may reach into them
  AxisBlock rows, cols;
  Size line() const { return cols.extent; }
  Size plane() const;  // numbers of a channel, `room` included
  // From the first number of an output row to the end of the block, padding between rows included.
  Size pixels() const { return (rows.count - 1) * line() + cols.count; }
  bool has_padding_taps() const;
  // Where output 0 of the block finds its factor for every (channel, row tap, column tap); a tap
  // that reads only padding gets `zeros`.
  void offsets(Size* out, Size channels, Size zeros) const;
};

// How to cut the outputs of a correlation into blocks of `rows` x `cols`, so that the lines of all
// `channels` for one block are some `numbers`.
struct BlockShape {
  Size rows, cols;
};
BlockShape block_shape(const Correlation& rows, const Correlation& cols, Size channels,
                       Size numbers);

// y[n, g * out + o] (+)= activation(bias[g * out + o] + sum over c < in, row and column taps of
// w * x[n, g * in + c]), at the places in y that the correlations name.
struct ConvCorrelation {
  real* y;
  const real *x, *w, *bias;     // bias may be null
  Size batch, groups, in, out;  // in and out: channels of a group
  Size w_group, w_out, w_in;    // from one group or channel to the next in w
  Size kernel_cols;             // w of a channel is [.., kernel_cols]
  Correlation rows, cols;
  Size y_rows, y_cols;
  bool accumulate;
  Activation activation;
  const Size* channels = nullptr;  // where channel c of the one image begins in x; null: in order
  const real* packed = nullptr;    // w in the order of the tiles, if it has been brought there

  const real* channel(Size image, Size group, Size c) const {
    const Size i = group * in + c;
    return x + (channels != nullptr ? channels[i] : (image * groups * in + i) * rows.in * cols.in);
  }
  Size factors() const;  // of one output
};

void correlate_dense(const ConvCorrelation& d) noexcept;
void pack_dense(real* packed, const ConvCorrelation& d) noexcept;  // [groups out factors]
// The same without tiles over channels: for groups of one channel.
void correlate_depthwise(const ConvCorrelation& d) noexcept;

// dw (+)= the gradient: by tiles over channels of a group, and channel by channel.
void weight_gradient_dense(real* dw, const real* dy, const real* x, bool accumulate,
                           const ConvSize& n) noexcept;
void weight_gradient_depthwise(real* dw, const real* dy, const real* x, bool accumulate,
                               const ConvSize& n) noexcept;

}  // namespace dlt::kernels
