#include "lexicon/error_model.h"

#include <catch2/catch.hpp>

namespace dlt::lexicon {

TEST_CASE("the likeliest way counts, and its slips add up", "[lexicon]") {
  const ErrorModel m;
  const auto way = [&](Slip a) { return -m.cost(a); };
  CHECK(m.log_p(U"word", U"word") == 0);
  CHECK(m.log_p(U"wrod", U"word") == way(Slip::swap));
  CHECK(m.log_p(U"untill", U"until") == way(Slip::double_letter));
  CHECK(m.log_p(U"acomodate", U"accommodate") == Approx(2 * way(Slip::single_letter)));
  CHECK(m.log_p(U"seperate", U"separate") == way(Slip::vowel_for_vowel));
  CHECK(m.log_p(U"supercede", U"supersede") == way(Slip::like_consonant));
  CHECK(m.log_p(U"rhubatb", U"rhubarb") == way(Slip::next_key));
  CHECK(m.log_p(U"rhubalb", U"rhubarb") == way(Slip::other_for_other));
  CHECK(m.log_p(U"speacial", U"special") == way(Slip::vowel_too_many));
  CHECK(m.log_p(U"lauxgh", U"laugh") == way(Slip::letter_too_many));
  CHECK(m.log_p(U"diffrent", U"different") == way(Slip::vowel_left_out));
  CHECK(m.log_p(U"goverment", U"government") == way(Slip::letter_left_out));
  CHECK(m.log_p(U"mor", U"more") == way(Slip::end_left_out));
  CHECK(m.log_p(U"perhapse", U"perhaps") == way(Slip::end_too_many));
  CHECK(m.log_p(U"dont", U"don't") == way(Slip::mark_left_out));
  CHECK(m.log_p(U"do'nt", U"dont") == way(Slip::mark_too_many));
  CHECK(m.log_p(U"ord", U"word") == way(Slip::letter_left_out) - m.first_letter());
}

TEST_CASE("an error model learns what kinds of slips there are", "[lexicon]") {
  const std::vector<ErrorModel::Pair> swaps(200, {U"wrod", U"word"});
  const ErrorModel english, m = ErrorModel::learn(swaps);
  CHECK(m.cost(Slip::swap) < english.cost(Slip::swap) - 1);
  CHECK(m.cost(Slip::vowel_left_out) > english.cost(Slip::vowel_left_out) + 1);
  CHECK(m.cost(Slip::mark_left_out) == Approx(english.cost(Slip::mark_left_out)));
  const ErrorModel none = ErrorModel::learn({{U"same", U"same"}, {U"abcdefgh", U"zyxwvuts"}});
  CHECK(none.cost(Slip::swap) == Approx(english.cost(Slip::swap)));
}

}  // namespace dlt::lexicon
