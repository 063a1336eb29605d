#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/channel_norm.h"
#include "ops/broadcast.h"
#include "ops/norm.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Moments;

// x as [samples, channels, inner]. A group of rows [inner] has statistics of its own: those of one
// channel in all samples, or those of some neighbouring channels of one sample.
struct Rows {
  std::int64_t samples, channels, inner;
  std::int64_t groups = 0;  // in a sample; 0: one for each channel, of all samples

  std::int64_t count() const { return samples * channels; }
  std::size_t statistics() const {
    return static_cast<std::size_t>(groups == 0 ? channels : samples * groups);
  }
  std::size_t channel(std::int64_t row) const { return static_cast<std::size_t>(row % channels); }
  std::size_t statistic(std::int64_t row) const {
    if (groups == 0) return channel(row);
    const std::int64_t group = row % channels / (channels / groups);
    return static_cast<std::size_t>(row / channels * groups + group);
  }
};

struct Statistic {
  double mean, scale;
  double count;  // of elements whose gradients it passes on; 0: it is given, and a constant
};

Rows rows_of(std::string_view op, const Tensor& x, const Tensor& weight, const Tensor& bias,
             int least_rank) {
  require(x.shape().rank() >= least_rank, "{}: input {} is not [n, channels{}]", op, x.shape(),
          least_rank > 2 ? ", size..." : ", ...");
  const std::int64_t channels = x.dim(1);
  for (const Tensor& t : {weight, bias}) {
    require(!t.defined() || t.shape() == Shape{channels}, "{}: {} {} does not fit {} channels", op,
            t.body() == weight.body() ? "weight" : "bias", t.defined() ? t.shape() : Shape{},
            channels);
  }
  const kernels::Middle m = middle_of(x.shape(), 1);
  return {m.outer, m.n, m.inner};
}

std::vector<Moments> moments_of(const Tensor& x, const Rows& rows) {
  std::vector<Moments> by_row(static_cast<std::size_t>(rows.count())), all(rows.statistics());
  kernels::row_moments(by_row.data(), x.data(), rows.count(), rows.inner);
  for (std::int64_t r = 0; r < rows.count(); ++r) {
    all[rows.statistic(r)].merge(by_row[static_cast<std::size_t>(r)]);
  }
  return all;
}

std::vector<Statistic> statistics_of(const std::vector<Moments>& moments, double epsilon) {
  std::vector<Statistic> all;
  for (const Moments& m : moments) {
    const double variance = m.count > 0 ? m.squares / m.count : 1;
    all.push_back({m.mean, 1 / std::sqrt(variance + epsilon), m.count});
  }
  return all;
}

double value_or(const Tensor& t, std::size_t i, double otherwise) {
  return t.defined() ? static_cast<double>(t.data()[i]) : otherwise;
}

std::vector<kernels::Affine> affine_of(const Rows& rows, const std::vector<Statistic>& statistics,
                                       const Tensor& weight, const Tensor& bias) {
  std::vector<kernels::Affine> by_row;
  for (std::int64_t r = 0; r < rows.count(); ++r) {
    const Statistic& s = statistics[rows.statistic(r)];
    const std::size_t c = rows.channel(r);
    by_row.push_back({static_cast<real>(s.mean),
                      static_cast<real>(s.scale * value_or(weight, c, 1)),
                      static_cast<real>(value_or(bias, c, 0))});
  }
  return by_row;
}

struct Sums {  // over the rows of a statistic, or of a channel
  double plain = 0, along = 0;
};

// With u = (x - mean) scale and g = dy weight: dx (+)= scale (g - mean(g) - u mean(g u)), where the
// statistics depend on x.
std::vector<kernels::Pulled> pulled_of(const Rows& rows, const std::vector<Statistic>& statistics,
                                       const Tensor& weight,
                                       const std::vector<kernels::Pulls>& pulls) {
  std::vector<Sums> sums(statistics.size());
  for (std::int64_t r = 0; r < rows.count(); ++r) {
    const double w = value_or(weight, rows.channel(r), 1);
    sums[rows.statistic(r)].plain += w * pulls[static_cast<std::size_t>(r)].plain;
    sums[rows.statistic(r)].along += w * pulls[static_cast<std::size_t>(r)].along;
  }
  std::vector<kernels::Pulled> by_row;
  for (std::int64_t r = 0; r < rows.count(); ++r) {
    const Statistic& s = statistics[rows.statistic(r)];
    const Sums& sum = sums[rows.statistic(r)];
    const double share = s.count > 0 ? s.scale / s.count : 0;
    by_row.push_back({static_cast<real>(s.mean),
                      static_cast<real>(s.scale * value_or(weight, rows.channel(r), 1)),
                      static_cast<real>(-share * s.scale * s.scale * sum.along),
                      static_cast<real>(-share * sum.plain)});
  }
  return by_row;
}

void add_parameter_gradients(real* dweight, real* dbias, const Rows& rows,
                             const std::vector<Statistic>& statistics,
                             const std::vector<kernels::Pulls>& pulls) {
  std::vector<Sums> sums(static_cast<std::size_t>(rows.channels));
  for (std::int64_t r = 0; r < rows.count(); ++r) {
    const kernels::Pulls& p = pulls[static_cast<std::size_t>(r)];
    sums[rows.channel(r)].plain += p.plain;
    sums[rows.channel(r)].along += p.along * statistics[rows.statistic(r)].scale;
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    if (dweight != nullptr) dweight[c] += static_cast<real>(sums[c].along);
    if (dbias != nullptr) dbias[c] += static_cast<real>(sums[c].plain);
  }
}

// y of x, whose rows have these statistics.
Tensor normalized(std::string_view op, const Tensor& x, const Rows& rows,
                  std::vector<Statistic> statistics, const Tensor& weight, const Tensor& bias) {
  auto affine = affine_of(rows, statistics, weight, bias);
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::affine_rows(y.mutable_data(), x.data(), affine.data(), rows.count(), rows.inner);
  return autograd::record(
      op, y, {x, weight, bias},
      [x = x.detach(), w = weight.detach(), rows, statistics = std::move(statistics),
       affine = std::move(affine)](const Tensor& dy, InputGrads& dx) {
        std::vector<kernels::Pulls> pulls(affine.size());
        kernels::row_pulls(pulls.data(), dy.data(), x.data(), affine.data(), rows.count(),
                           rows.inner);
        add_parameter_gradients(dx.if_wanted(1), dx.if_wanted(2), rows, statistics, pulls);
        if (!dx.wants(0)) return;
        const auto [out, accumulate] = dx.slot(0);
        kernels::pull_rows(out, dy.data(), x.data(), pulled_of(rows, statistics, w, pulls).data(),
                           accumulate, rows.count(), rows.inner);
      });
}

// x [a, b, inner...] as [b, a, inner...].
Tensor exchanged(const Tensor& x, const Shape& shape, std::int64_t a, std::int64_t b) {
  const auto swap = [](Tensor to, const Tensor& from, std::int64_t rows, std::int64_t cols) {
    const std::int64_t inner = rows * cols == 0 ? 0 : from.size() / (rows * cols);
    kernels::exchange(to.mutable_data(), from.data(), rows, cols, inner);
    return to;
  };
  return autograd::record("batch_norm", swap(Tensor::uninitialized(shape), x, a, b), {x},
                          [swap, a, b, from = x.shape()](const Tensor& dy, InputGrads& dx) {
                            const Tensor back = swap(Tensor::uninitialized(from), dy, b, a);
                            dx.share(0, back);
                          });
}

// Rows of few elements cost more than their arithmetic: with the channels first they are long.
template <class F>
Tensor with_long_rows(const Tensor& x, const Rows& rows, const F& f) {
  if (rows.inner >= 16 || rows.samples == 1) return f(x, rows);
  const Rows turned = {1, rows.channels, rows.samples * rows.inner};
  const Tensor z =
      exchanged(x, {turned.channels, rows.samples, rows.inner}, rows.samples, rows.channels);
  return exchanged(f(z, turned), x.shape(), rows.channels, rows.samples);
}

}  // namespace

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias,
                  double epsilon) {
  Rows rows = rows_of("group_norm", x, weight, bias, 2);
  require(groups > 0 && rows.channels % groups == 0,
          "group_norm: {} channels do not divide into {} groups", rows.channels, groups);
  rows.groups = groups;
  return normalized("group_norm", x, rows, statistics_of(moments_of(x, rows), epsilon), weight,
                    bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) {
  Rows rows = rows_of("instance_norm", x, weight, bias, 3);
  rows.groups = rows.channels;
  return normalized("instance_norm", x, rows, statistics_of(moments_of(x, rows), epsilon), weight,
                    bias);
}

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon,
                  BatchStatistics* batch) {
  const Rows whole = rows_of("batch_norm", x, weight, bias, 2);
  require(whole.samples * whole.inner > 1,
          "batch_norm: input {} has {} values per channel, and the statistics of a batch need more "
          "than one",
          x.shape(), whole.samples * whole.inner);
  return with_long_rows(x, whole, [&](const Tensor& z, const Rows& rows) {
    const std::vector<Moments> moments = moments_of(z, rows);
    if (batch != nullptr) {
      *batch = {Tensor::uninitialized({rows.channels}), Tensor::uninitialized({rows.channels})};
      for (std::size_t c = 0; c < moments.size(); ++c) {
        const Moments& m = moments[c];
        batch->mean.mutable_data()[c] = static_cast<real>(m.mean);
        batch->variance.mutable_data()[c] = static_cast<real>(m.squares / (m.count - 1));
      }
    }
    return normalized("batch_norm", z, rows, statistics_of(moments, epsilon), weight, bias);
  });
}

Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& weight,
                  const Tensor& bias, double epsilon) {
  const Rows whole = rows_of("batch_norm", x, weight, bias, 2);
  require(mean.shape() == Shape{whole.channels} && variance.shape() == mean.shape(),
          "batch_norm: mean {} and variance {} do not fit {} channels", mean.shape(),
          variance.shape(), whole.channels);
  return with_long_rows(x, whole, [&](const Tensor& z, const Rows& rows) {
    std::vector<Statistic> given;
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      const double v = static_cast<double>(variance.data()[c]);
      given.push_back({static_cast<double>(mean.data()[c]), 1 / std::sqrt(v + epsilon), 0});
    }
    return normalized("batch_norm", z, rows, std::move(given), weight, bias);
  });
}

}  // namespace dlt::ops
