#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "embed/corpus.h"

namespace dlt::embed {

// A word and the words around it, by place in Excerpt::words: [left, right) without center.
struct Window {
  std::uint32_t center, left, right;
};

// A part of the text as one epoch sees it, after subsampling. All randomness is a function of
// (seed, epoch, place), so it does not matter who draws which excerpt when.
struct Excerpt {
  std::int64_t begin = 0, end = 0;     // tokens of the corpus
  std::uint64_t seed = 0;              // of this epoch
  std::int64_t read = 0;               // words, with those that subsampling takes out
  std::vector<std::uint32_t> words;    // that are left, but those alone in their line
  std::vector<std::uint32_t> offsets;  // of each in the corpus, from `begin`
  std::vector<std::uint64_t> draws;    // of each: where its own random numbers begin
  std::vector<Window> windows;         // of each
};

// Where an excerpt that begins there ends: after so many tokens, or a little later with the line.
std::int64_t excerpt_end(std::span<const std::uint32_t> tokens, std::int64_t begin);
constexpr std::int64_t excerpt_tokens = 16384;

// How a word is kept: with probability (1 + keep[word]) / 2^32.
std::vector<std::uint32_t> keep_thresholds(const Corpus& corpus, double sample);

// Fills in all that is behind `seed`. The widths of windows are drawn evenly from 1 .. most.
void draw(Excerpt& excerpt, std::span<const std::uint32_t> tokens,
          std::span<const std::uint32_t> keep, std::int64_t most);

}  // namespace dlt::embed
