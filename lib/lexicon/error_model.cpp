#include "lexicon/error_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lexicon/edit_index.h"
#include "lexicon/letters.h"

namespace dlt::lexicon {
namespace {

using Word = std::u32string_view;

constexpr std::u32string_view vowels = U"aeiouy";

bool is_vowel(char32_t c) { return vowels.find(c) != vowels.npos; }
bool is_mark(char32_t c) { return !(c >= 'a' && c <= 'z') && script_of(c) == Script::other; }

// Consonants (and y) that English spells one sound with.
constexpr std::array<std::u32string_view, 9> alike = {U"csz", U"ckqx", U"gj",  U"fv", U"dt",
                                                      U"bp",  U"mn",   U"wuv", U"iyj"};

bool sounds_alike(char32_t a, char32_t b) {
  return std::ranges::any_of(alike, [&](std::u32string_view group) {
    return group.find(a) != group.npos && group.find(b) != group.npos;
  });
}

bool next_on_keyboard(char32_t a, char32_t b) {
  constexpr std::array<std::u32string_view, 3> rows = {U"qwertyuiop", U"asdfghjkl", U"zxcvbnm"};
  int row[2] = {-1, -1}, column[2] = {0, 0};
  for (int r = 0; r < 3; ++r) {
    for (int which = 0; which < 2; ++which) {
      const std::size_t at = rows[static_cast<std::size_t>(r)].find(which == 0 ? a : b);
      if (at == Word::npos) continue;
      row[which] = r;
      column[which] = static_cast<int>(at);
    }
  }
  if (row[0] < 0 || row[1] < 0) return false;
  if (row[0] == row[1]) return std::abs(column[0] - column[1]) == 1;
  if (std::abs(row[0] - row[1]) != 1) return false;  // each row stands half a key to the right
  const int upper = row[0] < row[1] ? 0 : 1;
  const int step = column[1 - upper] - column[upper];
  return step == 0 || step == -1;
}

Slip changed_letter(char32_t wrong, char32_t right) {
  if (is_vowel(wrong) && is_vowel(right)) return Slip::vowel_for_vowel;
  if (sounds_alike(wrong, right)) return Slip::like_consonant;
  if (next_on_keyboard(wrong, right)) return Slip::next_key;
  return Slip::other_for_other;
}

constexpr std::size_t alphabet = 26;

std::array<Slip, alphabet * alphabet> changes_of_the_alphabet() {
  std::array<Slip, alphabet * alphabet> all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = changed_letter(static_cast<char32_t>(U'a' + i / alphabet),
                            static_cast<char32_t>(U'a' + i % alphabet));
  }
  return all;
}

Slip changed(char32_t wrong, char32_t right) {
  static const auto table = changes_of_the_alphabet();
  const std::size_t w = wrong - U'a', r = right - U'a';  // others become large
  return w < alphabet && r < alphabet ? table[w * alphabet + r] : Slip::other_for_other;
}

// `wrong` put in before right[at].
Slip put_in(char32_t wrong, Word right, std::size_t at) {
  if (is_mark(wrong)) return Slip::mark_too_many;
  if ((at > 0 && right[at - 1] == wrong) || (at < right.size() && right[at] == wrong)) {
    return Slip::double_letter;
  }
  if (at == right.size()) return Slip::end_too_many;
  return is_vowel(wrong) ? Slip::vowel_too_many : Slip::letter_too_many;
}

Slip left_out(Word right, std::size_t at) {
  const char32_t c = right[at];
  if (is_mark(c)) return Slip::mark_left_out;
  if ((at > 0 && right[at - 1] == c) || (at + 1 < right.size() && right[at + 1] == c)) {
    return Slip::single_letter;
  }
  if (at + 1 == right.size()) return Slip::end_left_out;
  return is_vowel(c) ? Slip::vowel_left_out : Slip::letter_left_out;
}

struct Step {
  std::uint8_t wrong = 0, right = 0;  // letters it takes of each
  Slip slip = Slip::count;            // count: none
};

// The cheapest way from `right` to `wrong`, as in edit_distance but with costs.
template <class Cost>
class Alignment {
 public:
  Alignment(Word wrong, Word right, const Cost& cost)
      : wrong_(wrong), right_(right), cost_(cost), cells_((wrong.size() + 1) * (right.size() + 1)) {
    at(0, 0).cost = 0;
    for (std::size_t i = 0; i <= wrong.size(); ++i) {
      for (std::size_t j = 0; j <= right.size(); ++j) fill(i, j);
    }
  }

  double cost() { return at(wrong_.size(), right_.size()).cost; }

  template <class Take>
  void each_slip(const Take& take) {  // take(slip, position in the right word)
    std::size_t i = wrong_.size(), j = right_.size();
    while (i + j > 0) {
      const Step step = at(i, j).step;
      i -= step.wrong;
      j -= step.right;
      if (step.slip != Slip::count) take(step.slip, j);
    }
  }

 private:
  struct Cell {
    double cost = std::numeric_limits<double>::infinity();
    Step step;
  };
  Cell& at(std::size_t i, std::size_t j) { return cells_[i * (right_.size() + 1) + j]; }

  void reach(std::size_t i, std::size_t j, Step step) {
    Cell& to = at(i, j);
    const double slip_cost = step.slip == Slip::count ? 0 : cost_(step.slip, j - step.right);
    const double total = at(i - step.wrong, j - step.right).cost + slip_cost;
    if (total < to.cost) to = {total, step};
  }

  void fill(std::size_t i, std::size_t j) {
    if (i > 0 && j > 0) {
      const char32_t w = wrong_[i - 1], r = right_[j - 1];
      reach(i, j, {1, 1, w == r ? Slip::count : changed(w, r)});
    }
    if (i > 0) reach(i, j, {1, 0, put_in(wrong_[i - 1], right_, j)});
    if (j > 0) reach(i, j, {0, 1, left_out(right_, j - 1)});
    if (i > 1 && j > 1 && wrong_[i - 1] == right_[j - 2] && wrong_[i - 2] == right_[j - 1]) {
      reach(i, j, {2, 2, Slip::swap});
    }
  }

  Word wrong_, right_;
  const Cost& cost_;
  std::vector<Cell> cells_;
};

// Adds how many slips of each kind a word offers; letters are those of the alphabet.
void add_chances(Word right, std::array<double, slips>& chances) {
  const auto add = [&](Slip slip) { ++chances[static_cast<std::size_t>(slip)]; };
  for (std::size_t at = 0; at <= right.size(); ++at) {
    for (char32_t c = U'a'; c <= U'z'; ++c) {
      add(put_in(c, right, at));
      if (at < right.size() && c != right[at]) add(changed(c, right[at]));
    }
    add(Slip::mark_too_many);
    if (at == right.size()) break;
    add(left_out(right, at));
    if (at > 0 && right[at] != right[at - 1]) add(Slip::swap);
  }
}

}  // namespace

// Learned with learn() from the 31,349 single-word English entries of Debian's codespell 2.2.2
// whose right form is in SymSpell's frequency list, without those of Norvig's first test set;
// marks, which they lack, are set by hand.
ErrorModel::ErrorModel()
    : costs_{3.75, 4.99, 2.00, 5.01, 5.25, 6.60, 8.66, 6.08,
             7.32, 3.13, 3.13, 4.10, 7.41, 2.5,  7.5},
      first_(1.99) {}

ErrorModel ErrorModel::learn(const std::vector<Pair>& pairs) {
  constexpr int rounds = 5;
  const ErrorModel english;
  ErrorModel model = english;
  for (int round = 0; round < rounds; ++round) {
    Costs seen{}, chances{};
    double first_seen = 0, all_seen = 0, words = 0, places = 0;
    const auto cost = [&](Slip slip, std::size_t at) {
      return model.cost(slip) + (at == 0 ? model.first_ : 0);
    };
    for (const Pair& pair : pairs) {
      if (pair.wrong == pair.right || pair.right.empty() ||
          edit_distance(pair.wrong, pair.right, most_edits) > most_edits) {
        continue;
      }
      add_chances(pair.right, chances);
      ++words;
      places += static_cast<double>(pair.right.size());
      Alignment(pair.wrong, pair.right, cost).each_slip([&](Slip slip, std::size_t at) {
        ++seen[static_cast<std::size_t>(slip)];
        ++all_seen;
        first_seen += at == 0;
      });
    }
    for (std::size_t i = 0; i < slips; ++i) {
      model.costs_[i] = -std::log((seen[i] + 1) / (chances[i] + std::exp(english.costs_[i])));
    }
    model.first_ = -std::log((first_seen + 1) / (words + 1) * (places + 1) / (all_seen + 1));
  }
  return model;
}

double ErrorModel::log_p(Word wrong, Word right) const {
  const auto cost = [this](Slip slip, std::size_t at) {
    return this->cost(slip) + (at == 0 ? first_ : 0);
  };
  return -Alignment(wrong, right, cost).cost();
}

}  // namespace dlt::lexicon
