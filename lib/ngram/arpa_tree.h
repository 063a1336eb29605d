#pragma once

#include <vector>

#include "ngram/arpa_lines.h"
#include "ngram/levels.h"

// Makes the tree of n-grams (ngram/levels.h) of those of an ARPA file.
namespace dlt::ngram {

// Puts the next level, rows.n, on a tree. Suffixes of its n-grams that the tree lacks are put in
// first, as fillers. Returns their number. Throws ArpaMistake for an n-gram that is there twice.
std::size_t add_level(std::vector<Level>& levels, const ArpaRows& rows, Longest longest,
                      const Vocabulary& words);

}  // namespace dlt::ngram
