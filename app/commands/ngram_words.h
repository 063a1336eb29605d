#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lexicon/lexicon.h"

// What distance, spell and segment share.
namespace dlt::app {

// The words of --dict FILE or --lm MODEL; exactly one must be given (Exit::usage).
lexicon::Lexicon open_lexicon(const std::string& dict, const std::string& lm);

// Calls take for each text, or for each line of standard input if there is none, at once: what is
// typed is answered. Exit::usage or Exit::data for what is not UTF-8.
void each_text(const std::vector<std::string>& texts,
               const std::function<void(std::string_view text, std::int64_t number)>& take);

void require_utf8(std::string_view argument);  // Exit::usage

}  // namespace dlt::app
