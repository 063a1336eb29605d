#pragma once

#include <string>
#include <vector>

#include "embed/phrases.h"

namespace dlt::app {

struct EmbedPhrasesOptions {
  std::vector<std::string> texts;  // none: standard input
  std::string out = "-";
  embed::PhraseSettings settings;
  std::string memory = "50%", tmp;
  bool json = false, quiet = false;
};
void embed_phrases(const EmbedPhrasesOptions& options);

}  // namespace dlt::app
