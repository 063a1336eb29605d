#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::lexicon {

enum class Labels : std::uint8_t {
  none,
  first_column,  // label<TAB>text
  file_name,     // every line of fr.txt has the label fr; empty lines are passed over
};

struct LabelledLine {
  std::string_view label, text;
  const std::string* file;
  std::int64_t number;  // of the line, from 1
};

// Calls take(line) for every line of the files ("-": standard input; gzip files too). Exit::data
// with file and line where a label or a text behind it is missing, and for a file that gives its
// label to nothing.
void each_labelled_line(const std::vector<std::string>& files, Labels labels,
                        const std::function<void(const LabelledLine&)>& take);

// Lines that can be read again: of standard input, which cannot, all text is kept.
class Lines {
 public:
  Lines(std::vector<std::string> files, Labels labels);  // no files: standard input
  void each(const std::function<void(const LabelledLine&)>& take);

 private:
  std::vector<std::string> files_;
  Labels labels_;
  bool kept_ = false;
  std::string text_;
};

// "fr" for "texts/fr.txt.gz": without folder, and up to the first dot that is not in front.
std::string_view file_label(std::string_view path);

}  // namespace dlt::lexicon
