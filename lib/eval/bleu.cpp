#include "eval/bleu.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <optional>

#include "base/error.h"
#include "base/utf8.h"
#include "eval/segments.h"
#include "text/utf8.h"

namespace dlt::eval {
namespace {

constexpr std::size_t orders = 4;
constexpr double log_of_zero = -9999999999;  // sacreBLEU's: a score of 0

// What a smoothing takes when it is given no value; nothing if it takes none.
std::optional<double> usual_value(BleuSmoothing smoothing) {
  if (smoothing == BleuSmoothing::floor) return 0.1;
  if (smoothing == BleuSmoothing::add_k) return 1;
  return std::nullopt;
}

double smooth_value(const BleuOptions& options) {
  return options.smooth_value < 0 ? usual_value(options.smoothing).value_or(0)
                                  : options.smooth_value;
}

class Tokens {
 public:
  explicit Tokens(const BleuOptions& options)
      : tokenize_(mt_tokenizers().find(options.tokenize).make), lowercase_(options.lowercase) {}

  std::u32string operator()(const std::string& segment) {
    std::u32string text = text::code_points(segment);
    if (lowercase_) text = lower(text);
    while (!text.empty() && is_space(text.back())) text.pop_back();
    std::string bytes;
    for (const char32_t c : text) append_utf8(bytes, c);
    return ids_(words(text::code_points(tokenize_(bytes))));
  }

 private:
  MtTokenize tokenize_;
  bool lowercase_;
  WordIds ids_;
};

// Adds a segment's matches and lengths. Of references of equally near lengths the shorter counts.
void add_segment(Bleu& sum, const std::u32string& hypothesis,
                 const std::vector<std::u32string>& references) {
  const auto size = std::ssize(hypothesis);
  std::int64_t nearest = std::ssize(references.front());
  for (const std::u32string& reference : references) {
    const std::int64_t length = std::ssize(reference);
    const auto off = std::abs(length - size), least = std::abs(nearest - size);
    if (off < least || (off == least && length < nearest)) nearest = length;
  }
  sum.hypothesis_tokens += size;
  sum.reference_tokens += nearest;
  for (std::size_t n = 1; n <= orders; ++n) {
    Grams most;  // over the references
    for (const std::u32string& reference : references) {
      for (const auto& [gram, count] : count_grams(reference, n)) {
        std::int64_t& known = most[gram];
        known = std::max(known, count);
      }
    }
    for (const auto& [gram, count] : count_grams(hypothesis, n)) {
      sum.totals[n - 1] += count;
      const auto found = most.find(gram);
      if (found != most.end()) sum.matches[n - 1] += std::min(count, found->second);
    }
  }
}

double brevity_penalty(std::int64_t hypothesis, std::int64_t reference) {
  if (hypothesis >= reference) return 1;
  if (hypothesis == 0) return 0;
  return std::exp(1 - static_cast<double>(reference) / static_cast<double>(hypothesis));
}

// Papineni et al. 2002, with the smoothing of Chen and Cherry 2014.
void finish(Bleu& sum, const BleuOptions& options) {
  sum.brevity_penalty = brevity_penalty(sum.hypothesis_tokens, sum.reference_tokens);
  if (std::ranges::all_of(sum.matches, [](std::int64_t m) { return m == 0; })) return;
  const double value = smooth_value(options);
  std::size_t order = orders;
  double halved = 1;
  for (std::size_t n = 1; n <= orders; ++n) {
    const double more = options.smoothing == BleuSmoothing::add_k && n > 1 ? value : 0;
    const double matches = static_cast<double>(sum.matches[n - 1]) + more;
    const double total = static_cast<double>(sum.totals[n - 1]) + more;
    if (total == 0) break;
    if (options.effective_order) order = n;
    double& precision = sum.precisions[n - 1];
    if (matches > 0) {
      precision = 100 * matches / total;
    } else if (options.smoothing == BleuSmoothing::exp) {
      precision = 100 / ((halved *= 2) * total);
    } else if (options.smoothing == BleuSmoothing::floor) {
      precision = 100 * value / total;
    }
  }
  double logs = 0;
  for (std::size_t n = 0; n < order; ++n) {
    logs += sum.precisions[n] == 0 ? log_of_zero : std::log(sum.precisions[n]);
  }
  sum.score = sum.brevity_penalty * std::exp(logs / static_cast<double>(order));
}

}  // namespace

const Registry<BleuSmoothing>& bleu_smoothings() {
  static const Registry<BleuSmoothing> all(
      "smoothing of BLEU",
      {
          {{"none"}, "an order without a match makes the score 0", BleuSmoothing::none},
          {{"floor"}, "a small number, 0.1, in place of no match", BleuSmoothing::floor},
          {{"add-k"}, "k, 1, more matches and n-grams from order 2 on", BleuSmoothing::add_k},
          {{"exp"}, "1/2, 1/4, ... matches in orders without one", BleuSmoothing::exp},
      });
  return all;
}

std::string Bleu::line() const {
  const double ratio = reference_tokens == 0 ? 0
                                             : static_cast<double>(hypothesis_tokens) /
                                                   static_cast<double>(reference_tokens);
  return fmt::format(
      "BLEU = {:.2f} {:.1f}/{:.1f}/{:.1f}/{:.1f} (BP = {:.3f} ratio = {:.3f} hyp_len = {} ref_len "
      "= {})",
      score, precisions[0], precisions[1], precisions[2], precisions[3], brevity_penalty, ratio,
      hypothesis_tokens, reference_tokens);
}

Bleu bleu(const Segments& hypotheses, const std::vector<Segments>& references,
          const BleuOptions& options) {
  check_sizes(hypotheses, references);
  Tokens tokens(options);
  Bleu result;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    std::vector<std::u32string> known;
    for (const Segments& reference : references) known.push_back(tokens(reference[i]));
    add_segment(result, tokens(hypotheses[i]), known);
  }
  finish(result, options);
  return result;
}

std::string bleu_signature(std::size_t references, const BleuOptions& options) {
  const BleuSmoothing smoothing = options.smoothing;
  return fmt::format("nrefs:{}|case:{}|eff:{}|tok:{}|smooth:{}{}|version:dlt-" DLT_VERSION,
                     references, options.lowercase ? "lc" : "mixed",
                     options.effective_order ? "yes" : "no",
                     mt_tokenizers().find(options.tokenize).canonical(),
                     bleu_smoothings().of(smoothing)->canonical(),
                     usual_value(smoothing) ? fmt::format("[{:.2f}]", smooth_value(options)) : "");
}

}  // namespace dlt::eval
