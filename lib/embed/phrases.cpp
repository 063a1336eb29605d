#include "embed/phrases.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/error.h"
#include "ngram/byte_stream.h"
#include "ngram/scratch_file.h"
#include "ngram/texts.h"
#include "ngram/unit.h"

namespace dlt::embed {
namespace {

using ngram::WordId;

constexpr std::size_t round_bytes = 1 << 24;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Which pairs are phrases.
class Phrases {
 public:
  Phrases(const ngram::Counts& counts, const PhraseSettings& settings)
      : counts_(counts),
        min_count_(static_cast<double>(settings.min_count)),
        threshold_(settings.threshold),
        words_(static_cast<double>(counts.tokens - counts.sentences)) {}

  WordId id(std::string_view word) const { return counts_.vocabulary.id(word); }
  bool join(WordId a, WordId b) const {
    if (a < ngram::first_word || b < ngram::first_word) return false;
    const ngram::Node pair = child(counts_.levels[0], counts_.levels[1], b, a);
    return pair != ngram::nowhere && joins(pair, a, b);
  }
  std::int64_t size() const;

 private:
  double count(WordId word) const { return counts_.levels[0].raw[word]; }
  bool joins(ngram::Node pair, WordId a, WordId b) const {
    const double more = counts_.levels[1].raw[pair] - min_count_;
    return more / count(a) / count(b) * words_ > threshold_;
  }

  const ngram::Counts& counts_;
  double min_count_, threshold_, words_;
};

std::int64_t Phrases::size() const {
  std::int64_t all = 0;
  const auto& [words, pairs] = std::tie(counts_.levels[0], counts_.levels[1]);
  for (WordId b = ngram::first_word; b < counts_.vocabulary.size(); ++b) {
    for (ngram::Node pair = words.first[b]; pair < words.first[b + 1]; ++pair) {
      const WordId a = pairs.word[pair];
      if (a >= ngram::first_word && joins(pair, a, b)) ++all;
    }
  }
  return all;
}

struct Piece {
  std::string text;
  std::int64_t joined = 0;
};

void join_line(Piece& piece, std::string_view line, const Phrases& phrases) {
  ngram::Tokens tokens(line, ngram::Unit::words);
  WordId last = ngram::unknown;
  bool first = true;
  for (std::string_view word; tokens.next(word); first = false) {
    const WordId id = phrases.id(word);
    const bool join = !first && phrases.join(last, id);
    if (!first) piece.text += join ? '_' : ' ';
    piece.text += word;
    piece.joined += join ? 1 : 0;
    last = join ? ngram::unknown : id;
  }
}

void join_piece(Piece& piece, std::string_view text, const Phrases& phrases) {
  piece.text.reserve(text.size());
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    join_line(piece, text.substr(0, end), phrases);
    piece.text += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

ngram::Counts count_pairs(const std::vector<std::string>& files, const PhraseSettings& settings,
                          const ngram::Workspace& work, const ngram::Report& report) {
  ngram::CountSettings count;
  count.order = 2;
  count.text.min_count = settings.min_count;
  count.text.symbols = ngram::Symbols::skip;
  count.text.open_vocabulary = true;
  count.work = work;
  count.adjusted = false;
  return ngram::count(files, count, report);
}

PhraseTotals one_pass(const std::vector<std::string>& files, const PhraseSettings& settings,
                      const ngram::Workspace& work, const ngram::Report& report,
                      const std::function<void(std::string_view)>& write) {
  const ngram::Counts counts = count_pairs(files, settings, work, report);
  const Phrases phrases(counts, settings);
  PhraseTotals totals{counts.tokens - counts.sentences, 0, phrases.size()};
  std::array<Piece, ngram::Texts::most_pieces> pieces;
  ngram::Texts texts(files, work);
  texts.read(
      round_bytes,
      [&](int, std::int64_t i, std::string_view text, const ngram::Block&) {
        join_piece(pieces[static_cast<std::size_t>(i)], text, phrases);
      },
      [&](std::int64_t count) {
        for (Piece& piece : std::span(pieces).first(static_cast<std::size_t>(count))) {
          write(piece.text);
          totals.joined += piece.joined;
          piece = {};
        }
        const auto all = static_cast<double>(texts.bytes());
        const auto read = static_cast<double>(texts.bytes_read());
        if (report) report("joining", all > 0 ? std::min(1.0, read / all) : 0);
      });
  return totals;
}

// Standard input, which can be read only once, as a file.
void spool(ngram::ScratchFile& to) {
  ngram::ByteStream input("-");
  std::vector<char> buffer(1 << 20);
  while (const std::size_t n = input.read(buffer.data(), buffer.size())) {
    to.append(bytes_of({buffer.data(), n}));
  }
}

}  // namespace

PhraseTotals join_phrases(const std::vector<std::string>& files, const PhraseSettings& settings,
                          const ngram::Workspace& work, const ngram::Report& report,
                          const std::function<void(std::string_view text)>& write) {
  std::deque<ngram::ScratchFile> kept;
  std::vector<std::string> now = files;
  for (std::string& file : now) {
    if (file != "-") continue;
    spool(kept.emplace_back(work.folder()));
    file = kept.back().path();
  }
  for (std::int64_t pass = 1; pass < settings.passes; ++pass) {
    auto& text = kept.emplace_back(work.folder());
    one_pass(now, settings, work, report, [&](std::string_view t) { text.append(bytes_of(t)); });
    now = {text.path()};
    if (kept.size() > 1 && pass > 1) kept.pop_front();
  }
  return one_pass(now, settings, work, report, write);
}

}  // namespace dlt::embed
