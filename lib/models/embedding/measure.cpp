#include "models/embedding/measure.h"

#include <algorithm>

#include "base/error.h"
#include "embed/analogy.h"
#include "embed/similarity.h"
#include "ngram/corpus.h"
#include "ngram/unit.h"

namespace dlt::models {
namespace {

bool is_questions(const std::string& file) {
  ngram::TextReader reader(file);
  bool questions = false, known = false;
  for (ngram::Block block; !known && reader.next(block);) {
    each_line(block, [&](std::string_view line, std::int64_t) {
      ngram::Tokens tokens(line, ngram::Unit::words);
      std::string_view token;
      if (known || !tokens.next(token) || token.front() == '#') return;
      int words = 1;
      known = true;
      questions = token.front() == ':';
      while (tokens.next(token)) ++words;
      if (words == 4 && line.find('\t') == line.npos) questions = true;
    });
  }
  return questions;
}

train::Metrics similarity(const embed::Vectors& vectors, const std::string& file) {
  const embed::TestWords words(vectors, 0, embed::Match::lower_case);
  const auto s = measure_similarity(vectors, words, file, embed::Unknown::left_out);
  train::Metrics metrics;
  if (s.spearman) metrics.emplace_back("spearman", *s.spearman);
  if (s.pearson) metrics.emplace_back("pearson", *s.pearson);
  metrics.emplace_back("pairs", static_cast<double>(s.pairs));
  metrics.emplace_back("unknown_pairs", static_cast<double>(s.unknown));
  return metrics;
}

train::Metrics analogies(const embed::Vectors& vectors, const std::string& file) {
  constexpr std::int64_t most_frequent = 30'000;
  const embed::TestWords words(vectors, most_frequent, embed::Match::lower_case);
  const auto all = measure_analogies(vectors, words, file);
  const auto sum = all.sum(0, all.sections.size());
  const auto seen = static_cast<double>(sum.seen);
  train::Metrics metrics;
  if (sum.seen > 0) {
    metrics.emplace_back("analogies_add", static_cast<double>(sum.add) / seen);
    metrics.emplace_back("analogies_mul", static_cast<double>(sum.multiply) / seen);
  }
  metrics.emplace_back("questions", static_cast<double>(sum.total));
  metrics.emplace_back("unknown_questions", static_cast<double>(sum.total) - seen);
  return metrics;
}

}  // namespace

train::Metrics measure_vectors(const embed::Vectors& vectors, const std::string& file) {
  return is_questions(file) ? analogies(vectors, file) : similarity(vectors, file);
}

}  // namespace dlt::models
