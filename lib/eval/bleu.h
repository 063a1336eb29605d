#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"

// BLEU and chrF of translations, equal to sacreBLEU's (Post 2018): Papineni et al. 2002; Popovic
// 2015.
namespace dlt::eval {

// How a segment is cut into tokens with single blanks between them: "13a", "zh", "char", "none".
using MtTokenize = std::string (*)(std::string_view segment);
const Registry<MtTokenize>& mt_tokenizers();

// Of orders without a match (Chen and Cherry 2014).
enum class BleuSmoothing : std::uint8_t { none, floor, add_k, exp };
const Registry<BleuSmoothing>& bleu_smoothings();

struct BleuOptions {
  std::string tokenize = "13a";
  BleuSmoothing smoothing = BleuSmoothing::exp;
  double smooth_value = -1;  // negative: 0.1 for floor, 1 for add-k
  bool lowercase = false;
  bool effective_order = false;  // for single sentences
};

struct Bleu {
  double score = 0;  // 0 .. 100
  std::array<double, 4> precisions{};
  std::array<std::int64_t, 4> matches{}, totals{};  // as counted, before smoothing
  double brevity_penalty = 0;
  std::int64_t hypothesis_tokens = 0, reference_tokens = 0;

  // "BLEU = 27.31 60.1/33.2/20.9/13.6 (BP = 0.985 ratio = 0.985 hyp_len = 1203 ref_len = 1221)"
  std::string line() const;
};

// references[r][i] is the r-th reference of segment i. Exit::data where their numbers differ,
// Exit::usage for an unknown tokenizer.
Bleu bleu(const std::vector<std::string>& hypotheses,
          const std::vector<std::vector<std::string>>& references, const BleuOptions& options = {});
// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:dlt-0.1.0"
std::string bleu_signature(std::size_t references, const BleuOptions& options);

struct ChrfOptions {
  int characters = 6;  // longest n-grams of characters
  int words = 0;       // 2: chrF++
  double beta = 2;
  bool lowercase = false;
  bool whitespace = false;
};
// 0 .. 100: F_beta. Of several references the one that a segment is most like counts.
double chrf(const std::vector<std::string>& hypotheses,
            const std::vector<std::vector<std::string>>& references,
            const ChrfOptions& options = {});
std::string chrf_name(const ChrfOptions& options);  // "chrF2", "chrF2++"
std::string chrf_signature(std::size_t references, const ChrfOptions& options);

}  // namespace dlt::eval
