#include "api/layer_families.h"
#include "nn/recurrent.h"

namespace dlt::api {
namespace {

// Multiply-adds of one layer's gates over `time` steps.
std::int64_t macs_of(std::int64_t time, std::int64_t in, std::int64_t hidden,
                     const nn::Recurrent::Options& o) {
  const std::int64_t gates = o.cell == nn::Cell::rnn ? 1 : o.cell == nn::Cell::gru ? 3 : 4;
  const std::int64_t directions = o.bidirectional ? 2 : 1;
  std::int64_t total = 0;
  for (std::int64_t layer = 0; layer < o.layers; ++layer) {
    total += directions * time * gates * hidden * (in + hidden);
    in = directions * hidden;
  }
  return total;
}

Layer recurrent(nn::Cell cell, config::Reader& r, const nn::Scope& s, const Shape& input) {
  need_axes(input, 3, "[batch, time, width]");
  const std::int64_t in = inferred(r, "input_size", input, 2);
  std::int64_t hidden = 1;
  r.need("hidden_size", "an integer >= 1");
  r.field("hidden_size", hidden, 1, most_channels);
  nn::Recurrent::Options o;
  o.cell = cell;
  r.field("num_layers", o.layers, 1, 1000);
  r.field("bidirectional", o.bidirectional);
  o.bias = read_bias(r);
  r.field("dropout", o.dropout, 0, 0.999);
  const nn::Recurrent layer(s, in, hidden, o);
  return {[layer](const Tensor& x, nn::Pass& pass) { return layer(x, pass.training); }, 0,
          macs_of(input.dim(1), in, hidden, o)};
}

Layer rnn(config::Reader& r, const nn::Scope& s, const Shape& input) {
  return recurrent(nn::Cell::rnn, r, s, input);
}
Layer lstm(config::Reader& r, const nn::Scope& s, const Shape& input) {
  return recurrent(nn::Cell::lstm, r, s, input);
}
Layer gru(config::Reader& r, const nn::Scope& s, const Shape& input) {
  return recurrent(nn::Cell::gru, r, s, input);
}

}  // namespace

LayerEntries recurrent_layers() {
  return {
      {{"layers.rnn", "nn.RNN", "layers.SimpleRNN", "rnn"},
       "recurrent network with tanh; the result holds every step",
       LayerType{rnn, R"({"hidden_size": 3})"}},
      {{"layers.lstm", "nn.LSTM", "layers.LSTM", "lstm"},
       "long short-term memory; the result holds every step",
       LayerType{lstm, R"({"hidden_size": 3})"}},
      {{"layers.gru", "nn.GRU", "layers.GRU", "gru"},
       "gated recurrent units; the result holds every step",
       LayerType{gru, R"({"hidden_size": 3})"}},
  };
}

}  // namespace dlt::api
