#include <fmt/core.h>
#include <unistd.h>
#include <unordered_map>

#include "base/error.h"
#include "ngram/arpa.h"
#include "ngram/arpa_lines.h"
#include "ngram/arpa_text.h"
#include "ngram/arpa_tree.h"

namespace dlt::ngram {
namespace {

constexpr float log10_p_no_unknown = -100;  // as KenLM has it

// What read_arpa is about.
class ArpaReading {
 public:
  explicit ArpaReading(const std::string& path) : in_(path), counts_(read_arpa_header(in_)) {}

  Tables read() {
    Tables tables;
    first_level(tables);
    for (int n = 2; n <= order(); ++n) next_level(tables, n);
    in_.expect("\\end\\");
    tables.about.made = fmt::format(R"({{"format":"arpa","style":"{}"}})", style_);
    return tables;
  }

  void tell(std::vector<std::string>& warnings) const {
    for (std::string_view word : lacking_) {
      warnings.push_back(
          word == unknown_word
              ? fmt::format("{}: there is no <unk>: unknown words have log10 probability {}",
                            in_.path(), log10_p_no_unknown)
              : fmt::format("{}: there is no {}: its probability is 0", in_.path(), word));
    }
    if (needless_ > 0) {
      warnings.push_back(
          fmt::format("{}: {} back-off weights of {}-grams, the longest, are of no use", in_.path(),
                      needless_, order()));
    }
    if (fillers_ > 0) {
      warnings.push_back(
          fmt::format("{}: {} n-grams are missing that longer ones end with: put in "
                      "so that no score changes",
                      in_.path(), fillers_));
    }
  }

 private:
  int order() const { return static_cast<int>(counts_.size()); }
  Longest longest(int n) const { return n == order() ? Longest::yes : Longest::no; }

  template <class F>
  auto located(const F& f) const {
    try {
      return f();
    } catch (const ArpaMistake& m) {
      fail(Exit::damaged, "{}:{}: {}", in_.path(), m.line, m.what);
    }
  }

  // The n-grams of a section; take() adds a stretch of lines to them.
  template <class F>
  void section(ArpaRows& rows, const F& take) {
    std::string_view text;
    std::int64_t line = 0;
    while (in_.lines(text, line)) located([&] { take(text, line); });
    needless_ += rows.needless;
    const Announced& told = counts_[static_cast<std::size_t>(rows.n - 1)];
    if (rows.size() == told.count) return;
    std::string_view marker;
    const bool whole = in_.line(marker);  // else the end of the file is the mistake
    require(whole, Exit::damaged, "{}:{}: the file ends in the {}-grams: it is cut off", in_.path(),
            in_.number(), rows.n);
    fail(Exit::damaged,
         "{}:{}: {} {}-grams are announced, but up to line {} there are {}: correct the number, or "
         "make the file anew",
         in_.path(), told.line, told.count, rows.n, in_.number() - 1, rows.size());
  }

  void first_level(Tables& tables);
  void next_level(Tables& tables, int n);

  ArpaText in_;
  std::vector<Announced> counts_;
  std::string_view style_ = "srilm";
  std::vector<std::string_view> lacking_;
  std::int64_t needless_ = 0;
  std::size_t fillers_ = 0;
};

// The words in their order, behind the special ones.
struct Numbered {
  std::vector<std::string_view> words = {unknown_word, begin_word, end_word};
  std::vector<std::size_t> rows;  // of each id
  static constexpr std::size_t none = ~std::size_t{0};

  explicit Numbered(const ArpaWords& from) : rows(3, none) {
    words.reserve(from.size() + 3);
    rows.reserve(from.size() + 3);
    for (std::size_t i = 0; i < from.size(); ++i) {
      const std::string_view word = from.word(i);
      const WordId special = is_unknown(word)     ? unknown
                             : word == begin_word ? sentence_begin
                             : word == end_word   ? sentence_end
                                                  : first_word;
      if (special < first_word) {
        if (rows[special] != none) twice(from, rows[special], i);
        rows[special] = i;
      } else {
        words.push_back(word);
        rows.push_back(i);
      }
    }
  }

  [[noreturn]] static void twice(const ArpaWords& from, std::size_t first, std::size_t second) {
    throw ArpaMistake{from.line(second),
                      fmt::format("'{}' is in line {} already: remove one of them",
                                  shown(from.word(second)), from.line(first))};
  }
};

Vocabulary vocabulary_of(const Numbered& all, const ArpaWords& from) {
  try {
    return Vocabulary(all.words);
  } catch (const Error&) {  // a word is there twice: which?
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t id = first_word; id < all.words.size(); ++id) {
      const auto [at, fresh] = seen.emplace(all.words[id], all.rows[id]);
      if (!fresh) Numbered::twice(from, at->second, all.rows[id]);
    }
    throw;
  }
}

void ArpaReading::first_level(Tables& tables) {
  ArpaWords rows;
  section(rows, [&](auto text, auto line) { read_words(text, line, longest(1), rows); });
  const Numbered all = located([&] { return Numbered(rows); });
  tables.vocabulary = located([&] { return vocabulary_of(all, rows); });
  Level level;
  level.log10_p = Array<float>(all.words.size(), {});
  if (order() > 1) level.log10_bow = Array<float>(all.words.size(), {});
  for (std::size_t id = 0; id < all.words.size(); ++id) {
    const std::size_t row = all.rows[id];
    const bool there = row != Numbered::none;
    level.log10_p[id] = there ? rows.log10_p[row] : id == unknown ? log10_p_no_unknown : log_zero;
    if (order() > 1) level.log10_bow[id] = there ? rows.log10_bow[row] : -0.0F;
    if (!there) lacking_.push_back(all.words[id]);
  }
  if (level.log10_p[sentence_begin] > log_zero) style_ = "kenlm";
  level.log10_p[sentence_begin] = log_zero;
  tables.levels.push_back(std::move(level));
}

void ArpaReading::next_level(Tables& tables, int n) {
  in_.expect(fmt::format("\\{}-grams:", n));
  ArpaRows rows;
  rows.n = n;
  section(rows, [&](auto text, auto line) {
    read_rows(text, line, tables.vocabulary, longest(n), rows);
  });
  fillers_ +=
      located([&] { return add_level(tables.levels, rows, longest(n), tables.vocabulary); });
}

}  // namespace

Tables read_arpa(const std::string& path, std::vector<std::string>* warnings) {
  require(path == "-" || ::access(path.c_str(), F_OK) == 0, Exit::usage, "there is no file '{}'",
          path);
  ArpaReading reading(path);
  Tables tables = reading.read();
  if (warnings != nullptr) reading.tell(*warnings);
  return tables;
}

}  // namespace dlt::ngram
