#include "lexicon/labelled.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "ngram/corpus.h"

namespace dlt::lexicon {
namespace {

using ngram::Block;

std::string shown(const std::string& file) { return file == "-" ? "standard input" : file; }

LabelledLine with_label(std::string_view line, std::int64_t number, const std::string& file) {
  const std::size_t tab = line.find('\t');
  const std::string_view label = line.substr(0, tab);
  require(!label.empty(), Exit::data, "{}:{}: expected label<TAB>text, got no label", shown(file),
          number);
  require(is_utf8(label), Exit::data, "{}:{}: the label is not UTF-8", shown(file), number);
  require(tab != line.npos, Exit::data,
          "{}:{}: expected label<TAB>text, got '{}' without a tab: what is its label?", shown(file),
          number, label.substr(0, 40));
  const std::string_view text = line.substr(tab + 1);
  require(text.find_first_not_of(" \t\r") != text.npos, Exit::data,
          "{}:{}: there is no text behind the label '{}'", shown(file), number, label);
  return {label, text, &file, number};
}

void each_of_block(const Block& block, Labels labels,
                   const std::function<void(const LabelledLine&)>& take) {
  ngram::each_line(block, [&](std::string_view line, std::int64_t number) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (labels == Labels::none) return take({"", line, block.file, number});
    if (labels == Labels::first_column) return take(with_label(line, number, *block.file));
    if (line.find_first_not_of(" \t") == line.npos) return;
    take({file_label(*block.file), line, block.file, number});
  });
}

void must_have_name(const std::string& file, Labels labels) {
  require(labels != Labels::file_name || file != "-", Exit::usage,
          "standard input has no name to take a label from: give files, or lines of "
          "label<TAB>text");
}

}  // namespace

std::string_view file_label(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  return path.substr(0, path.find('.', 1));
}

void each_labelled_line(const std::vector<std::string>& files, Labels labels,
                        const std::function<void(const LabelledLine&)>& take) {
  for (const std::string& file : files) {
    must_have_name(file, labels);
    std::int64_t lines = 0;
    ngram::TextReader reader(file);
    for (Block block; reader.next(block);) {
      each_of_block(block, labels, [&](const LabelledLine& line) {
        ++lines;
        take(line);
      });
    }
    require(labels != Labels::file_name || lines > 0, Exit::data,
            "'{}' is empty: the class '{}' needs text", file, file_label(file));
  }
}

Lines::Lines(std::vector<std::string> files, Labels labels)
    : files_(std::move(files)), labels_(labels) {
  if (files_.empty()) files_.emplace_back("-");
  kept_ = std::find(files_.begin(), files_.end(), "-") != files_.end();
  require(!kept_ || files_.size() == 1, Exit::usage,
          "standard input cannot be read together with files: give one or the other");
  if (!kept_) return;
  must_have_name(files_[0], labels);
  ngram::TextReader reader("-");
  for (Block block; reader.next(block);) text_ += block.text;
}

void Lines::each(const std::function<void(const LabelledLine&)>& take) {
  if (kept_) {
    each_of_block({text_, 1, &files_[0]}, labels_, take);
  } else {
    each_labelled_line(files_, labels_, take);
  }
}

}  // namespace dlt::lexicon
