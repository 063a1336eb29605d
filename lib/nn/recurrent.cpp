#include "nn/recurrent.h"

#include "nn/dropout.h"
#include "ops/shape.h"

namespace dlt::nn {
namespace {

ops::Recurrent make(const Scope& s, const std::string& suffix, Shape ih, Shape hh, Bias bias) {
  const Init init = fan_in_uniform(hh.dim(1));
  const Shape column{ih.dim(0)};
  ops::Recurrent w;
  w.weight_ih = s.param("weight_ih" + suffix, std::move(ih), init);
  w.weight_hh = s.param("weight_hh" + suffix, std::move(hh), init);
  if (bias == Bias::yes) {
    w.bias_ih = s.param("bias_ih" + suffix, column, init);
    w.bias_hh = s.param("bias_hh" + suffix, column, init);
  }
  return w;
}

ops::States run(Cell cell, const Tensor& x, const ops::Recurrent& weights, const Tensor& hidden,
                const Tensor& c) {
  switch (cell) {
    case Cell::rnn:
      return ops::rnn(x, weights, hidden);
    case Cell::lstm:
      return ops::lstm(x, weights, hidden, c);
    case Cell::gru:
      break;
  }
  return ops::gru(x, weights, hidden);
}

}  // namespace

std::int64_t gates(Cell cell) { return cell == Cell::rnn ? 1 : cell == Cell::gru ? 3 : 4; }

Recurrent::Recurrent(const Scope& s, std::int64_t in, std::int64_t hidden, const Options& o)
    : path_(s.path()), options_(o) {
  const std::int64_t rows = gates(o.cell) * hidden;
  for (std::int64_t layer = 0; layer < o.layers; ++layer) {
    for (const char* direction : {"", "_reverse"}) {
      if (*direction != '\0' && !o.bidirectional) continue;
      const std::string suffix = "_l" + std::to_string(layer) + direction;
      weights_.push_back(make(s, suffix, {rows, in}, {rows, hidden}, o.bias));
    }
    in = hidden * (o.bidirectional ? 2 : 1);
  }
}

Tensor Recurrent::operator()(const Tensor& x, Training* training) const {
  const Frame frame("layer", path_);
  const Dropout dropout(options_.dropout);
  const auto all = [&](const Tensor& from, const ops::Recurrent& w) {
    return run(options_.cell, from, w, {}, {}).y;
  };
  const std::size_t directions = options_.bidirectional ? 2 : 1;
  Tensor y = x;
  for (std::size_t i = 0; i < weights_.size(); i += directions) {
    if (i > 0) y = dropout(y, training);
    const Tensor forwards = all(y, weights_[i]);
    if (directions == 2) {
      const Tensor back = ops::flip(all(ops::flip(y, {1}), weights_[i + 1]), {1});
      y = ops::cat({forwards, back}, 2);
    } else {
      y = forwards;
    }
  }
  return y;
}

Tensor Recurrent::operator()(const Tensor& x, State& state, Training* training) const {
  const Frame frame("layer", path_);
  require(!options_.bidirectional, "a recurrent network in both directions cannot go on");
  const Dropout dropout(options_.dropout);
  const bool cell = options_.cell == Cell::lstm;
  Tensor y = x;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (i > 0) y = dropout(y, training);
    const ops::States s =
        run(options_.cell, y, weights_[i], state.hidden[i], cell ? state.cell[i] : Tensor());
    y = s.y;
    state.hidden[i] = s.hidden;
    if (cell) state.cell[i] = s.cell;
  }
  return y;
}

}  // namespace dlt::nn
