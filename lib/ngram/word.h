#pragma once

#include <cstdint>
#include <string_view>

// N-gram language models: p(w | the n-1 words before it), with back-off to shorter histories.
namespace dlt::ngram {

using WordId = std::uint32_t;  // falling count, equal counts by their bytes, behind these three:
constexpr WordId unknown = 0, sentence_begin = 1, sentence_end = 2;
constexpr WordId first_word = 3;
constexpr std::string_view unknown_word = "<unk>", begin_word = "<s>", end_word = "</s>";

constexpr int max_order = 9;

// What a line of text is cut into. See ngram/unit.h.
enum class Unit : std::uint8_t { words, chars, bytes };

constexpr float log_zero = -99;  // log10 of probability 0, as ARPA files write it

}  // namespace dlt::ngram
