#include "api/families.h"
#include "ops/recurrent.h"

namespace dlt::api {
namespace {

using Run = ops::States (*)(const Tensor& x, const ops::Recurrent& w, const Inputs& in);

template <Run run>
Call recurrent(config::Reader& r) {
  bool batch_first = false;
  r.field("batch_first", batch_first);
  const auto order = batch_first ? ops::Order::batch_first : ops::Order::time_first;
  return [order](const Inputs& in) {
    const ops::States s = run(
        in["x"],
        {in["weight_ih"], in["weight_hh"], in.optional("bias_ih"), in.optional("bias_hh"), order},
        in);
    Outputs outputs{s.y, s.hidden};
    if (s.cell.defined()) outputs.emplace_back(s.cell);
    return outputs;
  };
}

ops::States rnn(const Tensor& x, const ops::Recurrent& w, const Inputs& in) {
  return ops::rnn(x, w, in.optional("h0"));
}
ops::States lstm(const Tensor& x, const ops::Recurrent& w, const Inputs& in) {
  return ops::lstm(x, w, in.optional("h0"), in.optional("c0"));
}
ops::States gru(const Tensor& x, const ops::Recurrent& w, const Inputs& in) {
  return ops::gru(x, w, in.optional("h0"));
}

Call selective_scan(config::Reader&) {
  return [](const Inputs& in) {
    const ops::Scan s =
        ops::selective_scan(in["u"], in["delta"], in["A"], in["B"], in["C"], in.optional("D"));
    return Outputs{s.y, s.last_state};
  };
}

Call complex_scan(config::Reader&) {
  return [](const Inputs& in) {
    return Outputs{
        ops::complex_scan(in["x"], in["lambda_re"], in["lambda_im"], in.optional("start"))};
  };
}

Call s4d(config::Reader&) {
  return [](const Inputs& in) {
    const Tensor& u = in["u"];
    require(u.shape().rank() == 3, Exit::usage, "s4d: u {} is not [batch, channels, time]",
            u.shape());
    const Tensor kernel =
        ops::s4d_kernel({in["log_dt"], in["A_re"], in["A_im"], in["C_re"], in["C_im"]}, u.dim(2));
    return Outputs{ops::long_convolution(u, kernel, in["D"]), kernel};
  };
}

Call s4(config::Reader&) {
  return [](const Inputs& in) {
    const Tensor& u = in["u"];
    require(u.shape().rank() == 3, Exit::usage, "s4: u {} is not [batch, channels, time]",
            u.shape());
    const Tensor kernel =
        ops::s4_kernel({in["log_dt"], in["A_re"], in["A_im"], in["P_re"], in["P_im"], in["B_re"],
                        in["B_im"], in["C_re"], in["C_im"]},
                       u.dim(2));
    return Outputs{ops::long_convolution(u, kernel, in["D"]), kernel};
  };
}

Call long_convolution(config::Reader&) {
  return [](const Inputs& in) {
    return Outputs{ops::long_convolution(in["u"], in["kernel"], in.optional("D"))};
  };
}

}  // namespace

Entries recurrent_operators() {
  return {
      {{"nn.rnn", "rnn"},
       "recurrent network of tanh units, one layer",
       {"x, weight_ih, weight_hh, bias_ih?, bias_hh?, h0? -> y, h_n", recurrent<rnn>,
        R"({"batch_first": true})",
        "x[2, 3, 4], weight_ih[5, 4], weight_hh[5, 5], bias_ih[5], bias_hh[5], h0[1, 2, 5]"}},
      {{"nn.lstm", "lstm"},
       "long short-term memory, one layer",
       {"x, weight_ih, weight_hh, bias_ih?, bias_hh?, h0?, c0? -> y, h_n, c_n", recurrent<lstm>,
        "{}",
        "x[3, 2, 4], weight_ih[12, 4], weight_hh[12, 3], bias_ih[12], bias_hh[12], h0[1, 2, 3], "
        "c0[1, 2, 3]"}},
      {{"nn.gru", "gru"},
       "gated recurrent units, one layer",
       {"x, weight_ih, weight_hh, bias_ih?, bias_hh?, h0? -> y, h_n", recurrent<gru>,
        R"({"batch_first": true})",
        "x[2, 3, 4], weight_ih[9, 4], weight_hh[9, 3], bias_ih[9], bias_hh[9], h0[1, 2, 3]"}},
      {{"nn.selective_scan", "selective_scan"},
       "state space recurrence with steps and matrices that depend on the input",
       {"u, delta, A, B, C, D? -> y, last_state", selective_scan, "{}",
        "u[2, 3, 4], delta[2, 3, 4] 0.1..1, A[3, 5] -1..-0.1, B[2, 5, 4], C[2, 5, 4], D[3]"}},
      {{"nn.complex_scan", "complex_scan"},
       "recurrence h = lambda h + x of complex states: real parts, then imaginary ones",
       {"x, lambda_re, lambda_im, start? -> h", complex_scan, "{}",
        "x[2, 4, 6], lambda_re[3], lambda_im[3], start[2, 6]"}},
      {{"nn.s4d", "s4d"},
       "diagonal state space layer: a long convolution with its kernel, plus D u",
       {"u, log_dt, A_re, A_im, C_re, C_im, D -> y, kernel", s4d, "{}",
        "u[2, 3, 5], log_dt[3] -2..-1, A_re[3, 4] -1..-0.2, A_im[3, 4] 0..6, C_re[3, 4], "
        "C_im[3, 4], D[3]"}},
      {{"nn.s4", "s4"},
       "state space layer of a diagonal minus p p^*: a long convolution with its kernel, plus D u",
       {"u, log_dt, A_re, A_im, P_re, P_im, B_re, B_im, C_re, C_im, D -> y, kernel", s4, "{}",
        "u[2, 3, 5], log_dt[3] -2..-1, A_re[3, 2] -1..-0.2, A_im[3, 2] 0..6, P_re[3, 2], "
        "P_im[3, 2], B_re[3, 2], B_im[3, 2], C_re[3, 2], C_im[3, 2], D[3]"}},
      {{"nn.long_convolution", "long_convolution"},
       "causal convolution of each channel with a kernel as long as the input",
       {"u, kernel, D? -> y", long_convolution, "{}", "u[2, 3, 7], kernel[3, 7], D[3]"}},
  };
}

}  // namespace dlt::api
