#pragma once

#include <string>
#include <vector>

#include "nn/context.h"
#include "nn/linear.h"
#include "ops/recurrent.h"

namespace dlt::nn {

enum class Cell : std::uint8_t { rnn, lstm, gru };

// Several layers of a recurrent network, in one or both directions, with torch.nn.RNN's, LSTM's and
// GRU's parameters: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ..._l0_reverse, ..._l1.
class Recurrent {
 public:
  struct Options {
    Cell cell = Cell::rnn;
    std::int64_t layers = 1;
    bool bidirectional = false;
    Bias bias = Bias::yes;
    double dropout = 0;  // between layers
  };
  Recurrent(const Scope& s, std::int64_t in, std::int64_t hidden, const Options& o);

  // x [batch, time, in] to [batch, time, hidden], or 2 hidden if bidirectional: forwards first.
  Tensor operator()(const Tensor& x, Training* training) const;

  // What each layer remembers, [1, batch, hidden]; undefined: nothing yet. `cell` of LSTMs alone.
  struct State {
    std::vector<Tensor> hidden, cell;
  };
  State start() const { return {std::vector<Tensor>(weights_.size()), cells()}; }
  // Goes on from `state`, which becomes that after the last step. Not if bidirectional.
  Tensor operator()(const Tensor& x, State& state, Training* training) const;

 private:
  std::vector<Tensor> cells() const {
    return std::vector<Tensor>(options_.cell == Cell::lstm ? weights_.size() : 0);
  }

  std::string path_;
  Options options_;
  std::vector<ops::Recurrent> weights_;  // layer by layer, directions of one side by side
};

// Rows of weight_ih and weight_hh for each hidden unit.
std::int64_t gates(Cell cell);

}  // namespace dlt::nn
