#include "ngram/union.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "ngram/log10.h"

namespace dlt::ngram {
namespace {

std::string_view unit_name(Unit unit) {
  return unit == Unit::words ? "words" : unit == Unit::chars ? "characters" : "bytes";
}

void require_one_unit(const std::vector<Model>& models) {
  const Unit first = models.front().about().unit;
  for (const Model& model : models) {
    require(model.about().unit == first, Exit::usage,
            "models of {} and of {} have no text in common: mix models of one unit",
            unit_name(first), unit_name(model.about().unit));
  }
}

}  // namespace

UnionVocabulary::UnionVocabulary(const std::vector<Model>& models) {
  require_one_unit(models);
  std::unordered_map<std::string_view, double> mass;
  for (const Model& model : models) {
    for (WordId w = first_word; w < model.vocabulary().size(); ++w) {
      mass[model.vocabulary().word(w)] += from_log10(model.log10_p(1, w));
    }
  }
  std::vector<std::pair<std::string_view, double>> sorted(mass.begin(), mass.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::string_view> words = {unknown_word, begin_word, end_word};
  for (const auto& [word, _] : sorted) words.push_back(word);
  words_ = Vocabulary(words);
  for (const Model& model : models) {
    auto& to = to_model_.emplace_back();
    for (std::string_view word : words) to.push_back(model.vocabulary().id(word));
    auto& from = from_model_.emplace_back();
    for (WordId w = 0; w < model.vocabulary().size(); ++w) {
      from.push_back(words_.id(model.vocabulary().word(w)));
    }
  }
}

}  // namespace dlt::ngram
