#pragma once

#include <cstddef>
#include <string_view>

namespace dlt::text {

// GPT-2's split (Radford et al. 2019): contractions 's 't 're 've 'm 'll 'd, and runs of letters,
// of numbers, of other visible characters, each with one space before it if there is one; white
// space otherwise, leaving its last character to what follows. Words are where merges end.
// Returns where the word that begins at `at` ends; at < text.size(). Bytes that are not UTF-8
// count as other visible characters.
std::size_t word_end(std::string_view text, std::size_t at);

}  // namespace dlt::text
