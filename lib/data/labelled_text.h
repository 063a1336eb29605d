#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::data {

struct LabelledText {
  std::string label, text;
  std::int64_t line = 0;  // of the file, from 1
};

// The lines of a UTF-8 file: "label<TAB>text", or fastText's "__label__x text". Blank lines are
// passed over. Exit::data with file and line where a label or the text behind it is missing.
std::vector<LabelledText> read_labelled_text(const std::string& path);

// What stands between spaces, tabs and carriage returns.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace dlt::data
