#pragma once

#include <memory>
#include <vector>

#include "text/tokenizer.h"

namespace dlt::text {

// One id for each character; characters[id] is its code point.
std::unique_ptr<Tokenizer> make_chars(std::vector<char32_t> characters);

}  // namespace dlt::text
