#pragma once

#include <string>

#include "base/file.h"
#include "support/paths.h"

namespace dlt::embed {

// tests/golden/embed: made by gensim, scipy and fastText (scripts/make_embed_golden.py).
inline std::string golden(const std::string& name) {
  return test::in_source("tests/golden/embed/") + name;
}

inline std::string golden_text(const std::string& name) {
  return read_file(golden(name), Exit::failed);
}

}  // namespace dlt::embed
