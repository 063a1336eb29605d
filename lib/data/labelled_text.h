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

// The labels of these texts, by their bytes. Exit::data if there is only one.
std::vector<std::string> labels_of(const std::vector<LabelledText>& texts, const std::string& file);
// Exit::data with file and line if a text's label is not one of `labels`, which are sorted.
std::vector<std::int32_t> label_ids(const std::vector<LabelledText>& texts,
                                    const std::vector<std::string>& labels,
                                    const std::string& file);

// What stands between spaces, tabs and carriage returns.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace dlt::data
