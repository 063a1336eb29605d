#include "models/s4/s4_mixer.h"

#include <cmath>

#include "ssm/nplr.h"

namespace dlt::models {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> one_of_each_pair(std::vector<Complex> v) {
  v.resize(v.size() / 2);
  return v;
}

// Of one state: with D = 1 - dt/2 a and p^* meaning that of all states,
// (I - dt/2 A) x_t = (I + dt/2 A) x_{t-1} + dt B u is solved in three sweeps: v = keep x_{t-1} -
// push (p^* x_{t-1}) + drive u, then x_t = v - push (p^* v) / (1 + p^* push) (Sherman, Morrison).
struct S4Row {
  Complex keep;   // (1 + dt/2 a) / D
  Complex push;   // dt/2 p / D
  Complex drive;  // dt b / D
  Complex seen;   // 2 conj(p): p^* x is the real part of the sum of seen x
  Complex gain;   // 2 c
};
struct S4Channel {
  std::vector<S4Row> rows;
  std::vector<Complex> x;
  double scale = 0;  // 1 / (1 + p^* push)
  double skip = 0;   // D of the channel

  double seen() const {
    double sum = 0;
    for (std::size_t n = 0; n < x.size(); ++n) sum += times(rows[n].seen, x[n]).real();
    return sum;
  }

  double step(double u) {
    const double before = seen();
    for (std::size_t n = 0; n < x.size(); ++n) {
      x[n] = times(rows[n].keep, x[n]) - before * rows[n].push + u * rows[n].drive;
    }
    const double after = scale * seen();
    double y = skip * u;
    for (std::size_t n = 0; n < x.size(); ++n) {
      x[n] -= after * rows[n].push;
      y += times(rows[n].gain, x[n]).real();
    }
    return y;
  }
};

struct S4State : MixerState {
  std::vector<S4Channel> channels;
};

}  // namespace

// LegS, as the first states of its pairs.
struct S4Mixer::Start {
  std::vector<Complex> a, p, b;
  explicit Start(const S4Config& c) {
    const ssm::Nplr all = ssm::legs_nplr(static_cast<int>(c.states));
    a = one_of_each_pair(all.lambda), p = one_of_each_pair(all.p[0]), b = one_of_each_pair(all.b);
  }
};

S4Mixer::S4Mixer(const nn::Scope& s, const S4Config& c) : S4Mixer(s, c, Start(c)) {}

S4Mixer::S4Mixer(const nn::Scope& s, const S4Config& c, const Start& start)
    : c_(c),
      p_(s, c, start.a),
      p_real_(ssm_matrix(s, "P_real", c, parts(start.p, false))),
      p_imag_(ssm_matrix(s, "P_imag", c, parts(start.p, true))),
      b_real_(ssm_matrix(s, "B_real", c, parts(start.b, false))),
      b_imag_(ssm_matrix(s, "B_imag", c, parts(start.b, true))),
      out_(s / "out", c.width, c.dropout) {}

Tensor S4Mixer::operator()(const Tensor& x, nn::Training* training) const {
  const Tensor kernel = ops::s4_kernel(
      {p_.log_dt, p_.a_real(), p_.a_imag, p_real_, p_imag_, b_real_, b_imag_, p_.c_real, p_.c_imag},
      x.dim(1));
  return out_(p_.convolve(x, kernel), training);
}

std::unique_ptr<MixerState> S4Mixer::start() const {
  auto state = std::make_unique<S4State>();
  const Tensor a_real = p_.a_real();
  for (std::int64_t channel = 0; channel < c_.width; ++channel) {
    S4Channel& to = state->channels.emplace_back();
    to.skip = static_cast<double>(p_.d.data()[channel]);
    to.x.resize(static_cast<std::size_t>(c_.pairs()));
    const double dt = std::exp(static_cast<double>(p_.log_dt.data()[channel]));
    double pushed = 0;
    for (std::int64_t i = channel * c_.pairs(); i < (channel + 1) * c_.pairs(); ++i) {
      const Complex half = dt / 2 * complex_at(a_real, p_.a_imag, i);
      const Complex p = complex_at(p_real_, p_imag_, i), b = complex_at(b_real_, b_imag_, i);
      const S4Row& row = to.rows.emplace_back(
          S4Row{(1.0 + half) / (1.0 - half), dt / 2 * p / (1.0 - half), dt * b / (1.0 - half),
                2.0 * std::conj(p), 2.0 * complex_at(p_.c_real, p_.c_imag, i)});
      pushed += times(row.seen, row.push).real();
    }
    to.scale = 1 / (1 + pushed);
  }
  return state;
}

Tensor S4Mixer::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<S4State&>(state);
  Tensor y = Tensor::uninitialized(x.shape());
  for (std::int64_t i = 0; i < x.size(); ++i) {
    S4Channel& channel = s.channels[static_cast<std::size_t>(i % c_.width)];
    y.mutable_data()[i] = static_cast<real>(channel.step(static_cast<double>(x.data()[i])));
  }
  return out_(y, nullptr);
}

// As the recurrence counts; the convolution does less for each step of a short sequence.
MixerCost S4Mixer::cost() const {
  return {.macs = c_.width * (9 * c_.states + 1) + out_.macs(),
          .kept = 5 * c_.width + out_.kept(),
          .state = c_.width * c_.states};
}

}  // namespace dlt::models
