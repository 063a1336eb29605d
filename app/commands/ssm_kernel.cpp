#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/rng.h"
#include "commands/ssm.h"
#include "commands/ssm_show.h"
#include "report/line_chart.h"
#include "ssm/kernel.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

// A continuous system in the three forms that its kernel is made from.
struct Model {
  ssm::System system;
  ssm::Nplr parts;
  ssm::Vector half;  // of a diagonal system: lambda of one state of each pair
  ssm::Vector c;     // of all states
};

struct Agreement {
  std::string ways;
  double difference;  // of its largest value
};

struct Kernel {
  ssm::Recurrence step;
  double radius;
  ssm::Reals values;
  std::vector<Agreement> agreements;
};

ssm::Vector diagonal(const SsmKernelOptions& o) {
  const auto init = o.matrix == "s4d-lin"    ? ssm::s4d_lin
                    : o.matrix == "s4d-inv"  ? ssm::s4d_inv
                    : o.matrix == "s4d-legs" ? ssm::s4d_legs
                                             : nullptr;
  if (init == nullptr) return {};
  require(o.order % 2 == 0, Exit::usage,
          "--order {}: {} has pairs of conjugate states: give an even order", o.order, o.matrix);
  return init(o.order / 2);
}

// The states of one half, then their conjugates in the same order.
ssm::Vector with_conjugates(ssm::Vector half) {
  const std::size_t count = half.size();
  for (std::size_t n = 0; n < count; ++n) half.push_back(std::conj(half[n]));
  return half;
}

// Ones, or drawn; conjugates for conjugate states, so that the kernel is real.
ssm::Vector output(const SsmKernelOptions& o, bool pairs) {
  const auto count = static_cast<std::size_t>(pairs ? o.order / 2 : o.order);
  ssm::Vector c(count, 1.0);
  if (o.seed) {
    Rng rng(derive(static_cast<std::uint64_t>(*o.seed), "C"));
    for (ssm::Complex& v : c) {
      const double re = rng.normal();
      v = {re, pairs ? rng.normal() : 0};
    }
  }
  return pairs ? with_conjugates(std::move(c)) : c;
}

Model model(const SsmKernelOptions& o) {
  ssm::Vector half = diagonal(o);
  const bool windowed = o.matrix == "legt" || o.matrix == "fourier" || o.matrix == "fout";
  require(windowed || o.matrix == "legs" || !half.empty(), Exit::usage,
          "unknown matrix '{}': expected legs, legt, fourier, fout, s4d-lin, s4d-inv or s4d-legs",
          o.matrix);
  require(windowed || !o.window, Exit::usage,
          "--window belongs to legt, fourier and fout, not to {}", o.matrix);
  if (half.empty()) {
    const ssm::Measure m = ssm::measure(o.matrix);
    const double window = o.window.value_or(1);
    return {system(m, o.order, window), nplr(m, o.order, window), {}, output(o, false)};
  }
  const ssm::Vector lambda = with_conjugates(half), ones(lambda.size(), 1.0);
  ssm::Matrix a(o.order, o.order);
  for (int n = 0; n < o.order; ++n) a(n, n) = lambda[static_cast<std::size_t>(n)];
  return {{std::move(a), ones},
          {lambda, ones, {}, ssm::Matrix::identity(o.order)},
          half,
          output(o, true)};
}

Agreement compare(std::string ways, const ssm::Reals& a, const ssm::Reals& b) {
  double most = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = std::fabs(a[i] - b[i]);
    most = std::isnan(gap) || gap > most ? gap : most;
    if (std::isnan(most)) break;
    size = std::max(size, std::fabs(a[i]));
  }
  return {std::move(ways), most == 0 ? 0 : most / size};
}

std::string generating_function(const Model& m, const ssm::Rule& rule) {
  if (!rule.alpha) return "its generating function (Schur form)";
  const std::size_t rank = m.parts.p.size();
  return rank == 0 ? "its generating function (Cauchy)"
                   : fmt::format("its generating function (Cauchy, Woodbury of rank {})", rank);
}

std::vector<Agreement> agreements(const SsmKernelOptions& o, const Model& m, const ssm::Rule& rule,
                                  const Kernel& k) {
  Rng rng(derive(static_cast<std::uint64_t>(o.seed.value_or(0)), "signal"));
  ssm::Reals u;
  for (std::int64_t i = 0; i < o.length; ++i) u.push_back(rng.normal());
  std::vector<Agreement> all = {compare("output by recurrence = by convolution",
                                        recur(k.step, m.c, u), ssm::convolve(k.values, u))};
  all.push_back(compare("kernel by recurrence = by " + generating_function(m, rule), k.values,
                        rule.alpha
                            ? kernel_by_cauchy(m.parts, k.step, m.c, o.step, *rule.alpha, o.length)
                            : kernel_by_schur(k.step, m.c, o.length)));
  if (m.half.empty()) return all;
  const ssm::Vector b(m.half.size(), 1.0), c(m.c.begin(), m.c.begin() + o.order / 2);
  all.push_back(compare("kernel by recurrence = by Vandermonde's matrix", k.values,
                        kernel_by_vandermonde(m.half, b, c, o.step, rule, o.length)));
  return all;
}

Kernel compute(const SsmKernelOptions& o, const Model& m, const ssm::Rule& rule) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "computing {} values\n", o.length);
  Kernel k{discretize(m.system, o.step, rule), 0, {}, {}};
  k.radius = spectral_radius(k.step.a);
  k.values = kernel_by_recurrence(k.step, m.c, o.length);
  const std::string why = growth(k.radius, method_text(o.method, rule), "take a smaller --step");
  const auto finite = [](double v) { return std::isfinite(v); };
  const auto lost = std::ranges::find_if_not(k.values, finite);
  require(lost == k.values.end(), Exit::usage,
          "the kernel leaves the range of numbers at l = {}; {}", lost - k.values.begin(), why);
  if (!why.empty()) fmt::print(stderr, "dlt: warning: {}\n", why);
  if (o.check) k.agreements = agreements(o, m, rule, k);
  return k;
}

std::string name_of_c(const SsmKernelOptions& o) {
  return o.seed ? fmt::format("drawn with seed {}", *o.seed) : "ones";
}

std::string figure(const SsmKernelOptions& o, const ssm::Rule& rule, const Kernel& k) {
  report::LineChart chart;
  chart.title = fmt::format("The kernel of {}, order {}", o.matrix, o.order);
  chart.subtitle = fmt::format("K_l = C A^l B of the steps, {} of {}, C of {}",
                               method_text(o.method, rule), o.step, name_of_c(o));
  chart.x.title = "time l x step";
  chart.y.title = "K";
  report::Series curve{.name = "K", .points = {}};
  for (std::size_t l = 0; l < k.values.size(); ++l) {
    curve.points.emplace_back(static_cast<double>(l) * o.step, k.values[l]);
  }
  chart.series = {std::move(curve)};
  return svg(chart);
}

std::string csv_of(const SsmKernelOptions& o, const Kernel& k) {
  std::string text = "l,time,kernel\n";
  for (std::size_t l = 0; l < k.values.size(); ++l) {
    text += fmt::format("{},{},{}\n", l, static_cast<double>(l) * o.step, k.values[l]);
  }
  return text;
}

void print_json(const SsmKernelOptions& o, const ssm::Rule& rule, const Kernel& k) {
  ordered_json all = {
      {"matrix", o.matrix},     {"order", o.order},
      {"method", o.method},     {"alpha", rule.alpha ? ordered_json(*rule.alpha) : ordered_json()},
      {"step", o.step},         {"spectral_radius", k.radius},
      {"A", as_json(k.step.a)}, {"B", as_json(k.step.b)},
      {"kernel", k.values}};
  if (o.check) {
    all["tolerance"] = o.tolerance;
    for (const Agreement& a : k.agreements) all["differences"][a.ways] = a.difference;
  }
  fmt::print("{}\n", all.dump());
}

void print_text(const SsmKernelOptions& o, const ssm::Rule& rule, const Kernel& k) {
  fmt::print(
      "system  {}, order {}, C of {}\nsteps   {} of {}; the largest eigenvalue is {:.8g}\n\n",
      o.matrix, o.order, name_of_c(o), method_text(o.method, rule), o.step, k.radius);
  print_system("A | B of a step", k.step.a, k.step.b);
  fmt::print("{:>9} {:>12} {:>16}\n", "l", "time", "K");
  const auto last = static_cast<std::int64_t>(k.values.size()) - 1;
  for (std::int64_t l = 0;; l = std::min(last, l < 4 ? l + 1 : 2 * l)) {
    fmt::print("{:>9} {:>12.6g} {:>16.10g}\n", l, static_cast<double>(l) * o.step,
               k.values[static_cast<std::size_t>(l)]);
    if (l == last) break;
  }
  for (const Agreement& a : k.agreements) {
    fmt::print("{}{}: they differ by {:.2g} of the largest value\n",
               &a == k.agreements.data() ? "\n" : "", a.ways, a.difference);
  }
}

}  // namespace

void ssm_kernel(const SsmKernelOptions& o) {
  require(o.csv.empty() || !same_file(o.csv, o.svg), Exit::usage,
          "--csv and --svg are both '{}': give each a name of its own", o.svg);
  const ssm::Rule rule = ssm::rule(o.method, o.alpha);
  const Model m = model(o);
  const Kernel k = compute(o, m, rule);
  if (!o.csv.empty()) write_file(o.csv, csv_of(o, k));
  if (!o.svg.empty()) write_file(o.svg, figure(o, rule, k));
  o.json ? print_json(o, rule, k) : print_text(o, rule, k);
  for (const Agreement& a : k.agreements) {
    require(a.difference <= o.tolerance,
            "{}: they differ by {:.2g} of the largest value, more than the tolerance {}", a.ways,
            a.difference, o.tolerance);
  }
}

}  // namespace dlt::app
