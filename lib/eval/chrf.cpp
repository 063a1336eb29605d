#include <algorithm>
#include <fmt/core.h>

#include "eval/bleu.h"
#include "eval/segments.h"
#include "text/utf8.h"

namespace dlt::eval {
namespace {

// Of one order: n-grams of the hypothesis, of the reference, of both.
struct Overlap {
  std::int64_t hypothesis = 0, reference = 0, both = 0;
};
using Overlaps = std::vector<Overlap>;

bool is_punctuation(char32_t c) {  // of ASCII
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

// Words with the punctuation mark at their end, or else at their beginning, split off (Popovic
// 2017).
std::vector<std::u32string> words_and_marks(std::u32string_view text) {
  std::vector<std::u32string> found;
  for (const std::u32string& word : words(text)) {
    if (word.size() > 1 && is_punctuation(word.back())) {
      found.push_back(word.substr(0, word.size() - 1));
      found.push_back(word.substr(word.size() - 1));
    } else if (word.size() > 1 && is_punctuation(word.front())) {
      found.push_back(word.substr(0, 1));
      found.push_back(word.substr(1));
    } else {
      found.push_back(word);
    }
  }
  return found;
}

struct Parts {
  std::u32string characters, words;
};

class Cut {
 public:
  explicit Cut(const ChrfOptions& options) : options_(options) {}

  Parts operator()(const std::string& segment) {
    Parts parts{text::code_points(segment), {}};
    if (options_.lowercase) parts.characters = lower(parts.characters);
    if (options_.words > 0) parts.words = ids_(words_and_marks(parts.characters));
    if (!options_.whitespace) std::erase_if(parts.characters, is_space);
    return parts;
  }

 private:
  const ChrfOptions& options_;
  WordIds ids_;
};

Overlap overlap(std::u32string_view hypothesis, std::u32string_view reference, std::size_t n) {
  Overlap result;
  const Grams known = count_grams(reference, n);
  for (const auto& [gram, count] : known) result.reference += count;
  if (known.empty()) return result;  // then those of the hypothesis do not count
  for (const auto& [gram, count] : count_grams(hypothesis, n)) {
    result.hypothesis += count;
    const auto found = known.find(gram);
    if (found != known.end()) result.both += std::min(count, found->second);
  }
  return result;
}

Overlaps overlaps(const Parts& hypothesis, const Parts& reference, const ChrfOptions& options) {
  Overlaps all;
  for (int n = 1; n <= options.characters; ++n) {
    all.push_back(
        overlap(hypothesis.characters, reference.characters, static_cast<std::size_t>(n)));
  }
  for (int n = 1; n <= options.words; ++n) {
    all.push_back(overlap(hypothesis.words, reference.words, static_cast<std::size_t>(n)));
  }
  return all;
}

// F_beta of the precision and recall averaged over those orders that both sides have.
double f_score(const Overlaps& all, double beta) {
  double precision = 0, recall = 0, count = 0;
  for (const Overlap& o : all) {
    if (o.hypothesis == 0 || o.reference == 0) continue;
    precision += static_cast<double>(o.both) / static_cast<double>(o.hypothesis);
    recall += static_cast<double>(o.both) / static_cast<double>(o.reference);
    ++count;
  }
  if (precision + recall == 0) return 0;
  precision /= count;
  recall /= count;
  const double weight = beta * beta;
  return 100 * (1 + weight) * precision * recall / (weight * precision + recall);
}

}  // namespace

double chrf(const Segments& hypotheses, const std::vector<Segments>& references,
            const ChrfOptions& options) {
  check_sizes(hypotheses, references);
  Cut cut(options);
  Overlaps sums(static_cast<std::size_t>(options.characters + options.words));
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const Parts hypothesis = cut(hypotheses[i]);
    Overlaps best;
    double best_score = -1;  // each segment is compared with the reference it is most like
    for (const Segments& reference : references) {
      Overlaps one = overlaps(hypothesis, cut(reference[i]), options);
      const double score = f_score(one, options.beta);
      if (score > best_score) {
        best_score = score;
        best = std::move(one);
      }
    }
    for (std::size_t n = 0; n < sums.size(); ++n) {
      sums[n].hypothesis += best[n].hypothesis;
      sums[n].reference += best[n].reference;
      sums[n].both += best[n].both;
    }
  }
  return f_score(sums, options.beta);
}

std::string chrf_name(const ChrfOptions& options) {
  return fmt::format("chrF{}{:+<{}}", options.beta, "", options.words);
}

std::string chrf_signature(std::size_t references, const ChrfOptions& options) {
  return fmt::format("nrefs:{}|case:{}|eff:yes|nc:{}|nw:{}|space:{}|version:dlt-" DLT_VERSION,
                     references, options.lowercase ? "lc" : "mixed", options.characters,
                     options.words, options.whitespace ? "yes" : "no");
}

}  // namespace dlt::eval
