#include "lexicon/segmenter.h"

#include <algorithm>
#include <cmath>

#include "lexicon/edit_index.h"
#include "lexicon/letters.h"
#include "ngram/unit.h"
#include "text/utf8.h"

namespace dlt::lexicon {
namespace {

constexpr double letter_of_new = -3.3;   // ln P: about 1 of 26 letters
constexpr double ideograph_of_new = -8;  // about 1 of 3,000
constexpr std::size_t longest_new = 24;  // characters
constexpr std::size_t histories = 8;     // kept at each place
constexpr double impossible = -HUGE_VAL;
constexpr double hopeless = 12;           // a path so far behind the best goes no further
constexpr std::size_t stretch = 1 << 14;  // bytes that are searched together

}  // namespace

struct Segmenter::Character {
  std::size_t begin;  // byte
  Script script;
};

struct Segmenter::Path {
  Lexicon::State state;
  double score = impossible;
  std::size_t from = 0, before = 0;  // where its last word begins, and which path it goes on from
};

Segmenter::Segmenter(const Lexicon& lexicon) : lexicon_(lexicon) {
  for (ngram::WordId i = ngram::first_word; i < lexicon_.size(); ++i) {
    const std::size_t length = letters(lexicon_.word(i)).size();
    if (length <= longest_word) longest_ = std::max(longest_, length);
  }
}

// All words that begin at `at`: those of the lexicon behind each path that ends there, new ones,
// which leave one history whatever was before, behind the best.
void Segmenter::extend(std::string_view text, const std::vector<Character>& all, std::size_t at,
                       std::vector<std::vector<Path>>& paths, std::vector<Path>& new_words) const {
  const Script script = all[at].script;
  const auto joins = [](Script s) { return s == Script::letter || s == Script::digit; };
  const std::vector<Path>& here = paths[at];
  const auto add = [&](std::size_t end, ngram::WordId word) {
    for (std::size_t p = 0; p < here.size() && here[p].score > here[0].score - hopeless; ++p) {
      Path path{{}, here[p].score, at, p};
      path.score += lexicon_.log_p(here[p].state, word, path.state);
      paths[end].push_back(path);
    }
  };
  const std::size_t count = all.size() - 1;  // the last is the end
  bool is_new = true;                        // can be one new word up to here
  for (std::size_t end = at + 1; end <= count; ++end) {
    const std::size_t length = end - at;
    is_new = is_new && length <= longest_new &&
             (length == 1 || (joins(script) && joins(all[end - 1].script)));
    if (!is_new && length > longest_) break;
    const ngram::WordId id =
        length > longest_ ? ngram::unknown
                          : lexicon_.id(text.substr(all[at].begin, all[end].begin - all[at].begin));
    if (id >= ngram::first_word) {
      add(end, id);
    } else if (is_new) {
      const double letter = script == Script::ideograph ? ideograph_of_new : letter_of_new;
      const double score =
          here[0].score + Lexicon::log_p_of_new() + letter * static_cast<double>(length);
      if (score > new_words[end].score) new_words[end] = {{}, score, at, 0};
    }
  }
}

void Segmenter::cut_stretch(std::string_view text, Lexicon::State& state,
                            std::vector<std::string_view>& words) const {
  std::vector<Character> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = text::code_point_at(text, at);
    all.push_back({at, script_of(point.value)});
    at += static_cast<std::size_t>(point.bytes);
  }
  all.push_back({text.size(), Script::other});
  std::vector<std::vector<Path>> paths(all.size());
  paths[0] = {{state, 0, 0, 0}};
  std::vector<Path> new_words(all.size());  // the best that ends there
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (Path& path = new_words[at]; path.score > impossible) {
      lexicon_.log_p(paths[path.from][0].state, ngram::unknown, path.state);
      paths[at].push_back(path);
    }
    keep_best(paths[at], histories);
    if (at + 1 < all.size()) extend(text, all, at, paths, new_words);
  }
  state = paths.back()[0].state;
  std::vector<std::string_view> backwards;
  for (std::size_t at = all.size() - 1, p = 0; at > 0;) {
    const Path& path = paths[at][p];
    backwards.push_back(text.substr(all[path.from].begin, all[at].begin - all[path.from].begin));
    at = path.from;
    p = path.before;
  }
  words.insert(words.end(), backwards.rbegin(), backwards.rend());
}

std::vector<std::string_view> Segmenter::cut(std::string_view text) const {
  std::vector<std::string_view> words;
  Lexicon::State state = lexicon_.begin();
  ngram::Tokens tokens(text, ngram::Unit::words);
  for (std::string_view token; tokens.next(token);) {
    while (!token.empty()) {
      std::string_view part = text::utf8_prefix(token.substr(0, stretch));
      if (part.empty()) part = token;  // the beginning of a character is all there is
      cut_stretch(part, state, words);
      token.remove_prefix(part.size());
    }
  }
  return words;
}

double SegmentScore::precision() const {
  return found == 0 ? 0 : static_cast<double>(right) / static_cast<double>(found);
}
double SegmentScore::recall() const {
  return wanted == 0 ? 0 : static_cast<double>(right) / static_cast<double>(wanted);
}
double SegmentScore::f1() const {
  return right == 0 ? 0 : 2 * precision() * recall() / (precision() + recall());
}

void SegmentScore::add(const std::vector<std::string_view>& found_words,
                       const std::vector<std::string_view>& wanted_words) {
  found += found_words.size();
  wanted += wanted_words.size();
  std::size_t i = 0, j = 0, found_at = 0, wanted_at = 0;
  while (i < found_words.size() && j < wanted_words.size()) {
    const std::size_t found_end = found_at + found_words[i].size();
    const std::size_t wanted_end = wanted_at + wanted_words[j].size();
    right += found_at == wanted_at && found_end == wanted_end;
    if (found_end <= wanted_end) found_at = found_end, ++i;
    if (wanted_end <= found_end) wanted_at = wanted_end, ++j;
  }
}

}  // namespace dlt::lexicon
