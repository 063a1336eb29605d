#include "embed/tsne.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "base/rng.h"
#include "embed/pca.h"

namespace dlt::embed {
namespace {

using Numbers = std::vector<double>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

double squared_distance(const real* a, const real* b, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double apart = static_cast<double>(a[i] - b[i]);
    sum += apart * apart;
  }
  return sum;
}

// Squared distances of row i to all become p(j | i) = exp(-beta d_j) / sum, with the beta that
// gives the entropy log(perplexity).
void normalize(Numbers& d, std::int64_t i, double perplexity) {
  d[at(i)] = std::numeric_limits<double>::infinity();
  const double nearest = *std::ranges::min_element(d), wanted = std::log(perplexity);
  double beta = 1, low = 0, high = std::numeric_limits<double>::infinity(), sum = 1;
  for (int round = 0; round < 100; ++round) {
    double weighted = 0;
    sum = 0;
    for (const double x : d) {
      if (std::isinf(x)) continue;
      const double p = std::exp(-beta * (x - nearest));
      sum += p;
      weighted += p * (x - nearest);
    }
    const double excess = std::log(sum) + beta * weighted / sum - wanted;
    if (std::fabs(excess) < 1e-5) break;
    (excess > 0 ? low : high) = beta;
    beta = std::isinf(high) ? 2 * beta : (low + high) / 2;
  }
  for (double& x : d) x = std::isinf(x) ? 0 : std::exp(-beta * (x - nearest)) / sum;
}

// Sums over all j of one row, in four lanes whose order is fixed.
struct Forces {
  double q = 0, pull_x = 0, pull_y = 0, push_x = 0, push_y = 0;
};

Forces forces(const float* p, const Numbers& x, const Numbers& y, std::int64_t i) {
  constexpr std::int64_t lanes = 4;
  const std::int64_t n = std::ssize(x);
  std::array<Forces, lanes> lane;
  const double xi = x[at(i)], yi = y[at(i)];
  const auto add = [&](Forces& f, std::int64_t j) {
    const double dx = xi - x[at(j)], dy = yi - y[at(j)], q = 1 / (1 + dx * dx + dy * dy);
    const double pull = static_cast<double>(p[j]) * q, push = q * q;
    f.q += q;
    f.pull_x += pull * dx;
    f.pull_y += pull * dy;
    f.push_x += push * dx;
    f.push_y += push * dy;
  };
  std::int64_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    for (std::int64_t k = 0; k < lanes; ++k) add(lane[at(k)], j + k);
  }
  for (; j < n; ++j) add(lane[0], j);
  Forces all;
  for (const Forces& f : lane) {
    all.q += f.q;
    all.pull_x += f.pull_x;
    all.pull_y += f.pull_y;
    all.push_x += f.push_x;
    all.push_y += f.push_y;
  }
  all.q -= 1;  // j = i
  return all;
}

// One coordinate of the map on its way.
struct Coordinate {
  Numbers place, speed, gain;

  explicit Coordinate(std::int64_t n) : place(at(n)), speed(at(n)), gain(at(n), 1.0) {}

  // Gains grow where the gradient goes on to point against the motion (Jacobs 1988).
  void step(std::int64_t i, double gradient, double rate, double momentum) {
    double& g = gain[at(i)];
    double& v = speed[at(i)];
    g = (gradient > 0) != (v > 0) ? g + 0.2 : std::max(g * 0.8, 0.01);
    v = momentum * v - rate * g * gradient;
  }
  void move() {
    double mean = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
      place[i] += speed[i];
      mean += place[i] / static_cast<double>(place.size());
    }
    for (double& x : place) x -= mean;
  }
};

// The k-th principal direction, of deviation 1e-4, and a hundredth of that as noise.
void begin(Coordinate& c, const Principal& p, std::int64_t k, Rng& rng) {
  const double deviation = k < p.parts ? std::sqrt(p.variances[at(k)]) : 0;
  for (std::size_t i = 0; i < c.place.size(); ++i) {
    const double along = deviation > 0 ? p.places[i * at(p.parts) + at(k)] / deviation : 0;
    c.place[i] = 1e-4 * along + 1e-6 * rng.normal();
  }
}

}  // namespace

std::vector<float> affinities(const Tensor& rows, double perplexity) {
  const std::int64_t n = rows.dim(0), dim = rows.dim(1);
  std::vector<float> p(at(n * n));
  parallel_for(n, 1, [&](std::int64_t i, std::int64_t end) {
    Numbers d(at(n));
    for (; i < end; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        d[at(j)] = squared_distance(rows.data() + i * dim, rows.data() + j * dim, dim);
      }
      normalize(d, i, perplexity);
      std::ranges::transform(d, p.begin() + i * n, [](double x) { return static_cast<float>(x); });
    }
  });
  const float both = 2 * static_cast<float>(n);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) {
      const float sum = (p[at(i * n + j)] + p[at(j * n + i)]) / both;
      p[at(i * n + j)] = p[at(j * n + i)] = sum;
    }
  }
  return p;
}

std::vector<double> tsne(const Tensor& rows, const TsneSettings& s,
                         const std::function<void(std::int64_t round)>& report) {
  const std::int64_t n = rows.dim(0), early = s.rounds / 4;
  const std::vector<float> p = affinities(rows, s.perplexity);
  const Principal start = principal(rows, std::min<std::int64_t>(2, rows.dim(1)));
  Rng rng(derive(s.seed, "tsne"));
  Coordinate x(n), y(n);
  begin(x, start, 0, rng);
  begin(y, start, 1, rng);
  const double rate = std::max(static_cast<double>(n) / 48, 50.0);
  std::vector<Forces> all(at(n));
  for (std::int64_t round = 0; round < s.rounds; ++round) {
    if (report) report(round);
    parallel_each(n, 8 * n,
                  [&](std::int64_t i) { all[at(i)] = forces(&p[at(i * n)], x.place, y.place, i); });
    double total = 0;
    for (const Forces& f : all) total += f.q;
    const double pull = round < early ? 12 : 1, momentum = round < early ? 0.5 : 0.8;
    for (std::int64_t i = 0; i < n; ++i) {
      const Forces& f = all[at(i)];
      x.step(i, 4 * (pull * f.pull_x - f.push_x / total), rate, momentum);
      y.step(i, 4 * (pull * f.pull_y - f.push_y / total), rate, momentum);
    }
    x.move();
    y.move();
  }
  std::vector<double> places;
  for (std::int64_t i = 0; i < n; ++i) {
    places.push_back(x.place[at(i)]);
    places.push_back(y.place[at(i)]);
  }
  return places;
}

}  // namespace dlt::embed
