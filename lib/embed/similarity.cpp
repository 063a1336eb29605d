#include "embed/similarity.h"

#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "eval/correlation.h"
#include "ngram/corpus.h"

namespace dlt::embed {
namespace {

struct ScoredPair {
  std::string_view first, second;
  double score = 0;
};

ScoredPair parse_pair(std::string_view line, const std::string& file, std::int64_t number) {
  const auto tab = line.find('\t'), second = line.find('\t', tab == line.npos ? tab : tab + 1);
  require(second != line.npos, Exit::data,
          "{}:{}: '{}' is not two words and a score with tabs between them", file, number,
          printable(line));
  const std::string_view rest = line.substr(second + 1);
  const std::string_view field = rest.substr(0, rest.find('\t'));
  const auto score = parse_number(field);
  require(score.has_value(), Exit::data,
          "{}:{}: the score '{}' is not a number (a heading begins with #)", file, number,
          printable(field));
  return {line.substr(0, tab), line.substr(tab + 1, second - tab - 1), *score};
}

double cosine(const Tensor& rows, std::int64_t a, std::int64_t b) {
  const std::int64_t dim = rows.dim(1);
  const real *x = rows.data() + a * dim, *y = rows.data() + b * dim;
  double xy = 0, xx = 0, yy = 0;
  for (std::int64_t j = 0; j < dim; ++j) {
    xy += static_cast<double>(x[j]) * y[j];
    xx += static_cast<double>(x[j]) * x[j];
    yy += static_cast<double>(y[j]) * y[j];
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

}  // namespace

Similarity measure_similarity(const Vectors& vectors, const TestWords& words,
                              const std::string& file, Unknown unknown) {
  Similarity result;
  result.file = file;
  std::vector<double> ours, theirs;
  const auto take = [&](std::string_view line, std::int64_t number) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) return;
    const ScoredPair pair = parse_pair(line, file, number);
    const std::int64_t a = words.find(pair.first), b = words.find(pair.second);
    const bool known = a >= 0 && b >= 0;
    ++result.pairs;
    if (!known) ++result.unknown;
    if (!known && unknown == Unknown::left_out) return;
    const auto row = [&](std::int64_t place) {
      return words.rows()[static_cast<std::size_t>(place)];
    };
    ours.push_back(known ? cosine(vectors.rows, row(a), row(b)) : 0);
    theirs.push_back(pair.score);
  };
  ngram::TextReader reader(file);
  for (ngram::Block block; reader.next(block);) ngram::each_line(block, take);
  require(result.pairs > 0, Exit::data, "{}: there are no pairs of words", file);
  result.used = std::ssize(ours);
  result.spearman = eval::spearman(ours, theirs);
  result.pearson = eval::pearson(ours, theirs);
  return result;
}

}  // namespace dlt::embed
