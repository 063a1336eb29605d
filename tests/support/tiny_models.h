#pragma once

#include <string>
#include <vector>

#include "ngram/levels.h"

// Small n-gram models made by hand or by chance.
namespace dlt::test {

struct Gram {
  std::string words;  // "the cat", oldest first
  double p = 0, bow = 1;
  bool operator==(const Gram&) const = default;
};

// A model of these n-grams; all suffixes must be among them. Words have ids in their order; the
// specials need not be named (<unk> and </s> then have probability 0).
ngram::Tables tiny_tables(const std::vector<Gram>& grams, ngram::Unit unit = ngram::Unit::words);

// The n-grams of a model, shorter ones first.
std::vector<Gram> grams_of(const ngram::Tables& tables);

// A model of random sentences of the words "a0", "a1" ... (another letter for another `name`):
// every n-gram in them is stored, every context sums to 1.
ngram::Tables random_tables(int order, int words, int sentences, std::uint64_t seed,
                            char name = 'a');
std::string random_sentence(int words, std::uint64_t seed, char name = 'a');

}  // namespace dlt::test
