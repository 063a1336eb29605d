#pragma once

#include <array>
#include <string>

#include "base/rng.h"
#include "base/utf8.h"

namespace dlt::test {

// Any characters of Unicode (no NUL, no surrogates), white space and ASCII often among them.
inline std::string random_text(Rng& rng, int characters) {
  constexpr std::array<char32_t, 6> limits = {0x80, 0x80, 0x250, 0x3100, 0x10000, 0x110000};
  std::string text;
  for (int i = 0; i < characters; ++i) {
    const auto c = static_cast<char32_t>(1 + rng.below(limits[rng.below(6)] - 1));
    const bool space = rng.below(6) == 0, surrogate = c >= 0xD800 && c < 0xE000;
    append_utf8(text, space || surrogate ? U' ' : c);
  }
  return text;
}

}  // namespace dlt::test
