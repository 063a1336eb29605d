#include "lexicon/features.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"

namespace dlt::lexicon {

Featurizer::Featurizer(const KeyList& keys, FeatureValues values)
    : keys_(keys), values_(values), grams_(keys.settings) {
  if (values != FeatureValues::tfidf) return;
  require(keys.in_lines.size() == keys.grams.size(), Exit::usage,
          "tf-idf needs a key list with counts, as --keys-out writes it");
  for (const std::uint64_t in_lines : keys.in_lines) {
    weights_.push_back(
        std::log(static_cast<double>(1 + keys.lines) / static_cast<double>(1 + in_lines)) + 1);
  }
}

void Featurizer::row(std::string_view text, SparseRow& row) {
  found_.clear();
  grams_.each(text, [&](std::string_view gram) {
    const std::uint32_t column = keys_.grams.find(gram);
    if (column != GramTable::absent) found_.push_back(static_cast<std::int32_t>(column));
  });
  std::sort(found_.begin(), found_.end());

  row.columns.clear();
  row.values.clear();
  for (std::size_t i = 0, end = 0; i < found_.size(); i = end) {
    while (end < found_.size() && found_[end] == found_[i]) ++end;
    row.columns.push_back(found_[i]);
    row.values.push_back(values_ == FeatureValues::binary ? 1 : static_cast<float>(end - i));
  }
  if (values_ != FeatureValues::tfidf) return;
  double squares = 0;
  const auto weighted = [&](std::size_t i) {
    return row.values[i] * weights_[static_cast<std::size_t>(row.columns[i])];
  };
  for (std::size_t i = 0; i < row.values.size(); ++i) squares += weighted(i) * weighted(i);
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    row.values[i] = static_cast<float>(weighted(i) / std::sqrt(squares));
  }
}

std::vector<std::string> label_names(Lines& lines) {
  std::set<std::string, std::less<>> names;
  lines.each([&](const LabelledLine& line) {
    if (!names.contains(line.label)) names.emplace(line.label);
  });
  return {names.begin(), names.end()};
}

}  // namespace dlt::lexicon
