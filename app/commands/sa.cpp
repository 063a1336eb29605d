#include "commands/sa.h"

#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "report/line_chart.h"
#include "report/thinning.h"
#include "sa/expression.h"
#include "sa/mean.h"
#include "sa/numbers.h"
#include "sa/root.h"
#include "train/interrupt.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;
using report::short_value;

// The files a command writes, opened before the work and whole only after all of it.
class Outputs {
 public:
  // `in`: what is being read, and must stay; empty if nothing is.
  Outputs(const std::string& in, const std::string& csv, const std::string& svg) {
    const auto not_the_input = [&in](const char* option, const std::string& path) {
      require(in.empty() || !same_file(in == "-" ? "/dev/stdin" : in, path), Exit::usage,
              "{} '{}' is where the numbers come from: give the name of another file", option,
              path);
    };
    if (!csv.empty()) {
      not_the_input("--out", csv);
      require(!same_file(csv, svg), Exit::usage,
              "--out and --svg are both '{}': give each a name of its own", svg);
      csv_ = std::make_unique<NewFile>(csv);
    }
    if (svg.empty()) return;
    not_the_input("--svg", svg);
    svg_ = std::make_unique<NewFile>(svg);
  }

  // A line of the CSV file, if one is asked for.
  template <class... Values>
  void row(fmt::format_string<Values...> form, Values&&... values) {
    if (!csv_) return;
    fmt::format_to(std::back_inserter(text_), form, std::forward<Values>(values)...);
    if (text_.size() > (1 << 16)) flush();
  }

  bool has_svg() const { return svg_ != nullptr; }

  void commit(const report::LineChart& chart) {
    if (csv_) flush();
    if (svg_) svg_->write(svg(chart));
    if (csv_) csv_->commit();
    if (svg_) svg_->commit();
  }

 private:
  void flush() {
    csv_->write(text_);
    text_.clear();
  }

  std::unique_ptr<NewFile> csv_, svg_;
  std::string text_;
};

ordered_json finite(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json verdict_json(const sa::Verdict& v) {
  return {{"holds", v.holds}, {"reason", v.reason}};
}

ordered_json steps_json(const sa::Step& step) {
  return {{"sum_is_infinite", verdict_json(step.sum_is_infinite())},
          {"sum_of_squares_is_finite", verdict_json(step.sum_of_squares_is_finite())}};
}

void print_steps(std::string_view label, const sa::Step& step) {
  const auto sum = step.sum_is_infinite(), squares = step.sum_of_squares_is_finite();
  fmt::print("{}{}: sum a_k {} inf ({}), sum a_k^2 {} inf ({})\n", label,
             sum.holds && squares.holds ? "holds" : "broken", sum.holds ? "=" : "<", sum.reason,
             squares.holds ? "<" : "=", squares.reason);
}

report::LineChart chart_of(const report::Points& points, const std::string& title,
                           const std::string& subtitle) {
  const bool many = points.size() > 100;
  report::LineChart chart;
  chart.title = title;
  chart.subtitle = subtitle;
  chart.x = {"k", many ? report::Scale::log : report::Scale::linear};
  chart.y.title = "w";
  chart.series = {{.name = "w", .points = points, .markers = !many}};
  return chart;
}

// How far from the mean w stays, in standard deviations of the numbers: 1/sqrt(n) for 1/k,
// sqrt(a/(2-a)) for a constant step a.
std::string expected_scatter(const sa::Mean& mean, const sa::Step& step) {
  const double deviation = std::sqrt(mean.variance());
  if (step.is_harmonic()) {
    return fmt::format("standard error of the mean {}",
                       short_value(deviation / std::sqrt(static_cast<double>(mean.count()))));
  }
  const double a = step.numerator();
  if (!step.constant() || a >= 2) return "";
  return fmt::format("a constant step keeps scattering by {}",
                     short_value(deviation * std::sqrt(a / (2 - a))));
}

void print_mean(const sa::Mean& mean, const sa::Step& step, bool json) {
  const double error = mean.w() - mean.mean();
  if (json) {
    fmt::print("{}\n", ordered_json{{"count", mean.count()},
                                    {"mean", mean.mean()},
                                    {"variance", mean.variance()},
                                    {"step", step.text()},
                                    {"w", finite(mean.w())},
                                    {"error", finite(error)},
                                    {"conditions", steps_json(step)}}
                           .dump(2));
    return;
  }
  fmt::print("count      {}\nmean       {}\nvariance   {}\n", mean.count(), mean.mean(),
             mean.variance());
  const std::string scatter = expected_scatter(mean, step);
  fmt::print("w          {} by steps {}\nerror      {}{}\n", mean.w(), step.text(),
             short_value(error), scatter.empty() ? "" : "; " + scatter);
  print_steps("condition 2 ", step);
}

}  // namespace

int sa_mean(const SaMeanOptions& o) {
  const auto step = sa::Step::parse(o.step);
  const train::Interrupt interrupt;
  sa::Numbers numbers(o.file, o.column, [&] { return interrupt.requested() != 0; });
  sa::Mean mean(step, o.start);
  report::Thinning trajectory;
  Outputs files(o.file, o.out, o.svg);
  files.row("k,step,x,w\n");
  while (const auto x = numbers.next()) {
    mean.add(*x);
    require(std::isfinite(mean.w()) && std::isfinite(mean.mean()), Exit::diverged,
            "w is no longer a finite number after {} numbers: take a smaller --step than {}, or "
            "scale the numbers down",
            mean.count(), step.text());
    files.row("{},{},{},{}\n", mean.count(), step(mean.count()), *x, mean.w());
    if (files.has_svg()) trajectory.add(static_cast<double>(mean.count()), mean.w());
    if (interrupt.requested() != 0) break;
  }
  const int code = interrupt.requested() == 0 ? 0 : 128 + interrupt.requested();
  if (mean.count() == 0 && code != 0) return code;
  require(mean.count() > 0, Exit::data, "{} has no numbers", numbers.name());
  auto chart =
      chart_of(trajectory.points(), fmt::format("Running mean of {} numbers", mean.count()),
               "step " + step.text());
  chart.levels = {{mean.mean(), "mean " + short_value(mean.mean(), 6)}};
  files.commit(chart);
  print_mean(mean, step, o.json);
  return code;
}

namespace {

struct RootReport {
  const SaRootOptions& options;
  const sa::RootSearch& search;
  const sa::RootResult& result;
  std::optional<double> root;
  std::vector<sa::Observation> shown;  // at k = 1, 2, 5, 10, ...
};

bool is_round(std::int64_t k) {
  while (k % 10 == 0) k /= 10;
  return k == 1 || k == 2 || k == 5;
}

std::string noise_reason(double noise) {
  return noise == 0 ? "there is no noise"
                    : fmt::format("independent normal noise, mean 0, variance {}",
                                  short_value(noise * noise, 6));
}

ordered_json root_json(const RootReport& r, const sa::Gradient& gradient) {
  ordered_json trajectory = ordered_json::array();
  for (const sa::Observation& at : r.shown) {
    trajectory.push_back({{"k", at.k}, {"w", at.w}});
  }
  ordered_json all = {{"expr", r.options.expr},
                      {"step", r.search.step.text()},
                      {"steps", r.result.steps},
                      {"w", r.result.w},
                      {"root", r.root ? ordered_json(*r.root) : ordered_json()},
                      {"error", r.root ? ordered_json(r.result.w - *r.root) : ordered_json()},
                      {"diverged", !r.result.diverged.empty()}};
  all["conditions"] = steps_json(r.search.step);
  all["conditions"]["gradient"] = verdict_json(sa::condition_1(gradient));
  all["conditions"]["noise"] =
      verdict_json({.holds = true, .reason = noise_reason(r.search.noise)});
  all["trajectory"] = std::move(trajectory);
  return all;
}

void print_root(const RootReport& r) {
  const auto gradient = sa::gradient_on(r.search.g, r.result.visited);
  if (r.options.json) {
    fmt::print("{}\n", root_json(r, gradient).dump(2));
    return;
  }
  fmt::print("{:>9}  {:>12}  {:>14}  {:>12}\n", "k", "step", "w", "observed");
  for (const sa::Observation& at : r.shown) {
    fmt::print("{:>9}  {:>12.6g}  {:>14.10g}  {:>12.6g}\n", at.k, at.step, at.w, at.observed);
  }
  fmt::print("{:>9}  {:>12}  {:>14.10g}\n\n", r.result.steps + 1, "", r.result.w);
  if (r.root) {
    fmt::print("error       {} from the root {:.12g}{}\n", short_value(r.result.w - *r.root),
               *r.root, r.options.root ? "" : " (found by bisection)");
  } else {
    fmt::print("error       not known: g does not change its sign nearby; give --root\n");
  }
  const auto slope = sa::condition_1(gradient);
  fmt::print("condition 1 {}: {}{}\n", slope.holds ? "holds" : "broken", slope.reason,
             slope.holds ? "" : ", expected 0 < c1 <= g' <= c2");
  print_steps("condition 2 ", r.search.step);
  fmt::print("condition 3 holds: {}\n", noise_reason(r.search.noise));
}

}  // namespace

int sa_root(const SaRootOptions& o) {
  const sa::Expression g(o.expr);
  const sa::RootSearch search = {.g = [&g](double w) { return g(w); },
                                 .w0 = o.w0,
                                 .step = sa::Step::parse(o.step),
                                 .noise = o.noise,
                                 .seed = static_cast<std::uint64_t>(o.seed),
                                 .steps = o.steps,
                                 .bound = o.bound};
  const train::Interrupt interrupt;
  Outputs files("", o.out, o.svg);
  files.row("k,step,w,observed\n");
  report::Thinning trajectory;
  std::vector<sa::Observation> shown;
  const auto result = find_root(search, [&](const sa::Observation& at) {
    files.row("{},{},{},{}\n", at.k, at.step, at.w, at.observed);
    if (files.has_svg()) trajectory.add(static_cast<double>(at.k), at.w);
    if (is_round(at.k)) shown.push_back(at);
    return interrupt.requested() == 0;
  });
  const int code = interrupt.requested() == 0 ? 0 : 128 + interrupt.requested();
  files.row("{},,{},\n", result.steps + 1, result.w);
  trajectory.add(static_cast<double>(result.steps + 1), result.w);
  const auto root = o.root ? o.root : sa::root_near(search.g, result.w);
  auto chart = chart_of(
      trajectory.points(), "Robbins-Monro on g(w) = " + o.expr,
      fmt::format("step {}, noise {}, seed {}, {} steps from {}{}", search.step.text(), o.noise,
                  o.seed, result.steps, o.w0, result.diverged.empty() ? "" : ", diverged"));
  if (root) chart.levels = {{*root, "root " + short_value(*root, 6)}};
  files.commit(chart);
  if (!result.diverged.empty()) fail(Exit::diverged, "{}", result.diverged);
  print_root({o, search, result, root, shown});
  return code;
}

}  // namespace dlt::app
