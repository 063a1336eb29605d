#include "lexicon/speller.h"

#include <algorithm>
#include <cmath>

#include "lexicon/letters.h"

namespace dlt::lexicon {
namespace {

constexpr double misspelled = 0.02;     // of all words
constexpr double letter_of_new = -2.9;  // ln P of each letter of a word that is in no list: about
                                        // the entropy of single letters of English

std::vector<std::u32string> small_words(const Lexicon& lexicon) {
  std::vector<std::u32string> words;
  words.reserve(lexicon.size() - ngram::first_word);
  for (ngram::WordId i = ngram::first_word; i < lexicon.size(); ++i) {
    words.push_back(folded(letters(lexicon.word(i))));
  }
  return words;
}

// e^a / sum of e^x.
double share(double a, const std::vector<double>& all) {
  double sum = 0;
  for (double x : all) sum += std::exp(x - a);
  return 1 / sum;
}

}  // namespace

Speller::Speller(const Lexicon& lexicon, int edits, const ErrorModel& errors)
    : lexicon_(lexicon), index_(small_words(lexicon), edits), errors_(errors) {}

ngram::WordId Speller::own_id(std::string_view word) const {
  const ngram::WordId id = lexicon_.id(word);
  if (id >= ngram::first_word) return id;
  const ngram::WordId small = lexicon_.id(utf8(folded(letters(word))));
  return small >= ngram::first_word ? small : ngram::unknown;
}

// What may have been meant, and a new word if it is none of the lexicon.
std::vector<Speller::Option> Speller::options(std::string_view word) const {
  const std::u32string written = folded(letters(word));
  const ngram::WordId own = own_id(word);
  std::vector<Option> found;
  if (written.empty()) return found;
  for (const auto& candidate : index_.find(written)) {
    const ngram::WordId id = candidate.index + ngram::first_word;
    if (candidate.edits == 0 && own != ngram::unknown && id != own) continue;  // other capitals
    const double channel =
        candidate.edits == 0
            ? std::log(1 - misspelled)
            : std::log(misspelled) + errors_.log_p(written, index_.word(candidate.index));
    found.push_back({id, channel, candidate.edits});
  }
  if (own == ngram::unknown) {
    const double as_new =
        Lexicon::log_p_of_new() + letter_of_new * static_cast<double>(written.size());
    found.push_back({ngram::unknown, as_new, 0});
  }
  const auto alone = [this](const Option& o) {
    return o.channel + (o.word == ngram::unknown ? 0 : lexicon_.log_p(o.word));
  };
  std::ranges::stable_sort(found, std::greater<>(), alone);
  return found;
}

std::vector<Suggestion> Speller::suggest(std::string_view word, std::size_t count) const {
  std::vector<Suggestion> suggestions;
  std::vector<double> scores;
  for (const Option& o : options(word)) {
    const bool is_new = o.word == ngram::unknown;
    scores.push_back(o.channel + (is_new ? 0 : lexicon_.log_p(o.word)));
    if (!is_new) suggestions.push_back({o.word, o.edits, scores.back(), 0});
  }
  if (suggestions.size() > count) suggestions.resize(count);
  for (Suggestion& s : suggestions) s.confidence = share(s.log_p, scores);
  return suggestions;
}

}  // namespace dlt::lexicon
