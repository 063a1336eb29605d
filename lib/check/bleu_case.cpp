#include "check/bleu_case.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "eval/bleu.h"
#include "io/json_file.h"
#include "train/files.h"

namespace dlt::check {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

constexpr double tolerance = 1e-6;

// One outcome of several numbers and texts: the largest error, the first difference.
class Comparison {
 public:
  explicit Comparison(std::string name) : outcome_{std::move(name), true, 0, ""} {}

  void number(std::string_view what, double got, double wanted) {
    const double error = std::abs(got - wanted);
    outcome_.error = std::max(outcome_.error, error);
    if (!(error <= tolerance))
      differs(fmt::format("{} is {:.10g}, not {:.10g}", what, got, wanted));
  }
  template <class Values>
  void numbers(std::string_view what, const Values& got, const Json& wanted) {
    const auto known = wanted.get<std::vector<double>>();
    if (known.size() != got.size()) {
      return differs(fmt::format("there are {} {}, not {}", got.size(), what, known.size()));
    }
    for (std::size_t i = 0; i < known.size(); ++i) {
      number(fmt::format("{} of order {}", what, i + 1), static_cast<double>(got[i]), known[i]);
    }
  }
  void text(std::string_view what, const std::string& got, const std::string& wanted) {
    if (got == wanted) return;
    outcome_.error = std::max(outcome_.error, 1.0);
    differs(fmt::format("{} is '{}', not '{}'", what, got, wanted));
  }
  Outcome done() { return std::move(outcome_); }

 private:
  void differs(std::string detail) {
    outcome_.passed = false;
    if (outcome_.detail.empty()) outcome_.detail = std::move(detail);
  }

  Outcome outcome_;
};

void replay_small(const Json& c, std::vector<Outcome>& outcomes) {
  const auto hypotheses = c.at("hyp").get<Lines>();
  const std::vector<Lines> references{c.at("ref").get<Lines>()};
  const eval::Bleu western = eval::bleu(hypotheses, references);
  Comparison bleu("bleu.json: BLEU, 13a");
  bleu.number("the score", western.score, c.at("bleu_13a").get<double>());
  bleu.numbers("precisions", western.precisions, c.at("precisions"));
  bleu.number("the brevity penalty", western.brevity_penalty, c.at("bp").get<double>());
  outcomes.push_back(bleu.done());
  Comparison zh("bleu.json: BLEU, zh");
  zh.number("the score", eval::bleu(hypotheses, references, {.tokenize = "zh"}).score,
            c.at("bleu_zh").get<double>());
  outcomes.push_back(zh.done());
  Comparison chrf("bleu.json: chrF");
  chrf.number("the score", eval::chrf(hypotheses, references), c.at("chrf").get<double>());
  outcomes.push_back(chrf.done());
}

eval::BleuOptions options_of(const Json& given) {
  eval::BleuOptions options;
  options.tokenize = given.value("tokenize", options.tokenize);
  options.smoothing = eval::bleu_smoothings().find(given.value("smooth_method", "exp")).make;
  options.smooth_value = given.value("smooth_value", options.smooth_value);
  options.lowercase = given.value("lowercase", false);
  options.effective_order = given.value("effective_order", false);
  return options;
}

std::string without_version(const std::string& signature) {
  return signature.substr(0, signature.rfind("|version:"));
}

Outcome replay_corpus(const Json& c, std::size_t number) {
  const auto references = c.at("refs").get<std::vector<Lines>>();
  const auto options = options_of(c.at("opts"));
  const eval::Bleu got = eval::bleu(c.at("hyp").get<Lines>(), references, options);
  const bool matched = std::ranges::any_of(got.matches, [](auto m) { return m > 0; });
  const bool adds = matched && options.smoothing == eval::BleuSmoothing::add_k;
  const double k = !adds ? 0 : options.smooth_value < 0 ? 1 : options.smooth_value;
  const auto smoothed = [&](const auto& counts) {  // as sacreBLEU tells them
    std::vector<double> all(counts.begin(), counts.end());
    for (std::size_t n = 1; n < all.size(); ++n) all[n] += k;
    return all;
  };
  Comparison result(fmt::format("bleu_golden.json: corpus {}, {}", number, c.at("opts").dump()));
  result.number("the score", got.score, c.at("score").get<double>());
  result.numbers("precisions", got.precisions, c.at("precisions"));
  result.number("the brevity penalty", got.brevity_penalty, c.at("bp").get<double>());
  result.numbers("matches", smoothed(got.matches), c.at("counts"));
  result.numbers("n-grams", smoothed(got.totals), c.at("totals"));
  result.number("the length", static_cast<double>(got.hypothesis_tokens),
                c.at("sys_len").get<double>());
  result.number("the reference's length", static_cast<double>(got.reference_tokens),
                c.at("ref_len").get<double>());
  result.text("the signature", without_version(eval::bleu_signature(references.size(), options)),
              without_version(c.at("signature").get<std::string>()));
  return result.done();
}

void replay_golden(const Json& all, std::vector<Outcome>& outcomes) {
  const auto tokenize = eval::mt_tokenizers().find("13a").make;
  std::size_t number = 0;
  for (const Json& c : all.at("tokenize_13a")) {
    Comparison tokens(fmt::format("bleu_golden.json: tokens of segment {}", ++number));
    tokens.text("the text", tokenize(c.at(0).get<std::string>()), c.at(1).get<std::string>());
    outcomes.push_back(tokens.done());
  }
  number = 0;
  for (const Json& c : all.at("bleu")) outcomes.push_back(replay_corpus(c, ++number));
}

}  // namespace

std::vector<Outcome> replay_bleu(const std::string& dir) {
  std::vector<Outcome> outcomes;
  const auto replay = [&](const char* name, auto part) {
    const std::string file = dir + name;
    if (!train::exists(file)) return;
    const Json reference = io::read_json(file, Exit::data);
    try {
      part(reference, outcomes);
    } catch (const Json::exception& e) {
      fail(Exit::data, "{}: this is not a reference of layout bleu: {}", file, e.what());
    }
  };
  replay("/bleu.json", replay_small);
  replay("/bleu_golden.json", replay_golden);
  return outcomes;
}

}  // namespace dlt::check
