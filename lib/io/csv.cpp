#include "io/csv.h"

#include "base/error.h"

namespace dlt::io {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, const std::string& path, char separator)
      : text_(text), path_(path), separator_(separator) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  bool at_end() const { return at_ >= text_.size(); }
  std::int64_t line() const { return line_; }

  bool skip_empty_line() {
    if (!at_line_end()) return false;
    end_line();
    return true;
  }

  CsvFields record() {
    CsvFields fields;
    while (true) {
      fields.push_back(peek() == '"' ? quoted() : plain());
      if (at_end()) return fields;
      if (at_line_end()) {
        end_line();
        return fields;
      }
      ++at_;  // the separator
    }
  }

 private:
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool at_line_end() const {
    return peek() == '\n' || (peek() == '\r' && text_.substr(at_, 2) == "\r\n");
  }
  void end_line() {
    at_ += peek() == '\r' ? 2 : 1;
    ++line_;
  }

  std::string plain() {
    const std::size_t begin = at_;
    while (!at_end() && peek() != separator_ && !at_line_end()) {
      require(peek() != '"', Exit::data,
              "{}:{}: a quote inside an unquoted field; quote the whole field and double the quote",
              path_, line_);
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    const std::int64_t opened = line_;
    std::string field;
    for (++at_;; ++at_) {
      require(!at_end(), Exit::data, "{}:{}: a quote is opened here and never closed", path_,
              opened);
      if (peek() == '"') {
        if (text_.substr(at_, 2) != "\"\"") break;
        ++at_;
      }
      if (peek() == '\n') ++line_;
      field += peek();
    }
    ++at_;
    require(at_end() || peek() == separator_ || at_line_end(), Exit::data,
            "{}:{}: text follows the closing quote of a field", path_, line_);
    return field;
  }

  std::string_view text_;
  const std::string& path_;
  char separator_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace

void read_csv(std::string_view text, const std::string& path, char separator,
              const std::function<void(CsvFields& fields, std::int64_t line)>& take) {
  Scanner scanner(text, path, separator);
  while (!scanner.at_end()) {
    if (scanner.skip_empty_line()) continue;
    const std::int64_t line = scanner.line();
    CsvFields fields = scanner.record();
    take(fields, line);
  }
}

}  // namespace dlt::io
