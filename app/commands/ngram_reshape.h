#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlt::app {

// Files whose names end in .arpa or .arpa.gz become ARPA files, others dlt's own (.ngram).
struct NgramPruneOptions {
  std::string lm, out;
  std::string history;  // a model for the probabilities of contexts; "": lm itself
  std::optional<double> entropy;
  std::string target_ngrams, target_size;  // "1M", "50M"; one of the three must be given
  bool quantize = false, json = false;
};
void ngram_prune(const NgramPruneOptions& options);

struct NgramMixOptions {
  std::vector<std::string> lms;
  std::vector<double> weights;
  std::string tune;  // a text to find the weights with
  std::string out;   // may be "" if there is a text: only the weights are told
  bool quantize = false, json = false;
};
void ngram_mix(const NgramMixOptions& options);

struct NgramAuditOptions {
  std::string lm;
  std::int64_t contexts = 1000;  // of each length
  bool json = false;
};
// An Error (exit 1) after the report if the sums are not 1.
void ngram_audit(const NgramAuditOptions& options);

}  // namespace dlt::app
