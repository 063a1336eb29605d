#include "ngram/score_text.h"

#include <algorithm>
#include <exception>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "ngram/unit.h"

namespace dlt::ngram {
namespace {

constexpr std::size_t batch = 1024;           // tokens looked up and scored at once
constexpr std::size_t piece_bytes = 1 << 16;  // of text, for one thread
constexpr std::size_t long_piece = 1 << 20;   // its output is not held but written as it comes
constexpr std::size_t output_bytes = 1 << 20;

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

// Collects tokens of many lines, then looks them up and scores them together.
class Lines {
 public:
  Lines(const Scorer& scorer, const Model& model, const Block& block, const ScoreSettings& settings,
        const std::function<void(const ScoredLine&)>& take)
      : scorer_(scorer),
        vocabulary_(model.vocabulary()),
        unit_(model.about().unit),
        file_(*block.file),
        settings_(settings),
        take_(take),
        words_(batch),
        hashes_(batch),
        ids_(batch),
        scored_(batch) {}

  void line(std::string_view text, std::int64_t number) {
    if (count_ == batch || started_.size() == batch) flush();
    started_.push_back({text, number, count_, 0, false});
    if (settings_.bounds) push(begin_word, begin_hash_);
    const std::size_t bare = pushed_;
    Tokens tokens(text, unit_);
    for (std::string_view token; tokens.next(token);) {
      const std::uint64_t hash = Vocabulary::hash(token);
      if (settings_.bounds && (hash == begin_hash_ || hash == end_hash_)) {
        check(token, number, tokens.column());
      }
      push(token, hash);
    }
    if (pushed_ == bare && settings_.skip_empty) {
      if (settings_.bounds) --count_;  // the <s>
      started_.back().skipped = true;
    } else if (settings_.bounds) {
      push(end_word, end_hash_);
    }
    started_.back().end = count_;
    started_.back().whole = true;
  }

  void flush() {
    for (std::size_t i = 0; i < count_; ++i) ids_[i] = vocabulary_.id(words_[i], hashes_[i]);
    if (settings_.bounds) score(0, count_);
    for (const Started& line : started_) {
      const bool starts = !goes_on_ || &line != started_.data();
      const std::size_t end = line.whole ? line.end : count_;
      if (!settings_.bounds) {
        if (starts) state_ = {};
        score(line.begin, end);
      }
      give(line, end, starts);
    }
    const bool open = !started_.empty() && !started_.back().whole;
    if (count_ > 0) before_ = open ? std::string(words_[count_ - 1]) : "";
    goes_on_ = open;
    if (open) started_.front() = started_.back();
    started_.resize(open ? 1 : 0);
    if (open) started_.front().begin = 0;
    count_ = 0;
  }

 private:
  struct Started {  // a line, and the part of it that is in the batch
    std::string_view text;
    std::int64_t number;
    std::size_t begin, end;
    bool whole, skipped = false;
  };

  void push(std::string_view word, std::uint64_t hash) {
    if (count_ == batch) flush();
    words_[count_] = word;
    hashes_[count_++] = hash;
    ++pushed_;
    vocabulary_.prefetch(hash);
  }

  void check(std::string_view token, std::int64_t number, std::size_t column) const {
    require(token != begin_word && token != end_word, Exit::data,
            "{}:{}:{}: '{}' stands for the {} of a sentence, which each line has by itself: take "
            "it out, or use --no-bounds",
            file_ == "-" ? "standard input" : file_, number, column, token,
            token == begin_word ? "beginning" : "end");
  }

  void score(std::size_t begin, std::size_t end) {
    scorer_.score(std::span(ids_).subspan(begin, end - begin),
                  std::span(scored_).subspan(begin, end - begin), state_);
  }

  void give(const Started& line, std::size_t end, bool starts) {
    if (starts) totals_ = {};
    ScoredLine out;
    const std::size_t begin = line.begin + (starts && settings_.bounds && end > line.begin ? 1 : 0);
    out.text = line.text;
    out.number = line.number;
    out.words = std::span(words_).subspan(begin, end - begin);
    out.scored = std::span(scored_).subspan(begin, end - begin);
    if (!starts) out.before = before_;
    out.ends = line.whole;
    for (const Scored& s : out.scored) {
      if (s.length > 0) totals_.add(s);
    }
    if (line.whole && !line.skipped) {
      totals_.sentences = 1;
      totals_.ends = settings_.bounds ? 1 : 0;
      totals_.characters = characters(line.text) + 1;
    }
    out.totals = totals_;
    take_(out);
  }

  const Scorer& scorer_;
  const Vocabulary& vocabulary_;
  Unit unit_;
  const std::string& file_;
  ScoreSettings settings_;
  const std::function<void(const ScoredLine&)>& take_;
  std::uint64_t begin_hash_ = Vocabulary::hash(begin_word);
  std::uint64_t end_hash_ = Vocabulary::hash(end_word);
  std::vector<std::string_view> words_;
  std::vector<std::uint64_t> hashes_;
  std::vector<WordId> ids_;
  std::vector<Scored> scored_;
  std::size_t count_ = 0, pushed_ = 0;
  std::vector<Started> started_;
  Scorer::State state_;
  Totals totals_;         // of the line that goes on
  bool goes_on_ = false;  // the first line of the batch began before it
  std::string before_;
};

std::vector<Block> pieces(const Block& block) {
  std::vector<Block> all;
  Block rest = block;
  while (!rest.text.empty()) {
    std::size_t end = rest.text.size() <= piece_bytes ? std::string_view::npos
                                                      : rest.text.find('\n', piece_bytes - 1);
    end = std::min(end, rest.text.size() - 1) + 1;
    all.push_back({rest.text.substr(0, end), rest.line, rest.file});
    rest.line += std::count(rest.text.begin(), rest.text.begin() + end, '\n');
    rest.text.remove_prefix(end);
  }
  return all;
}

struct Piece {
  Block block;
  std::string out;
  std::vector<Totals> lines;
  Totals totals;
  std::exception_ptr error;
};

}  // namespace

void score_lines(const Scorer& scorer, const Model& model, const Block& block,
                 const ScoreSettings& settings,
                 const std::function<void(const ScoredLine&)>& take) {
  Lines lines(scorer, model, block, settings, take);
  each_line(block, [&](std::string_view text, std::int64_t number) { lines.line(text, number); });
  lines.flush();
}

Totals score_text(const Model& model, TextReader& text, const ScoreSettings& settings,
                  const ScoredText& use) {
  const Scorer scorer(model);
  Totals totals;
  const auto run = [&](Piece& piece) {
    const bool is_long = piece.block.text.size() >= long_piece;
    score_lines(scorer, model, piece.block, settings, [&](const ScoredLine& line) {
      if (use.format) use.format(line, piece.out);
      if (is_long && piece.out.size() >= output_bytes) {
        use.write(piece.out);
        piece.out.clear();
      }
      if (!line.ends) return;
      if (use.line) piece.lines.push_back(line.totals);
      piece.totals.add(line.totals);
    });
  };
  const auto finish = [&](Piece& piece) {
    if (!piece.out.empty()) use.write(piece.out);
    if (piece.error) std::rethrow_exception(piece.error);
    for (const Totals& line : piece.lines) use.line(line);
    totals.add(piece.totals);
  };
  for (Block block; text.next(block);) {
    std::vector<Piece> all;
    for (const Block& piece : pieces(block)) all.push_back({piece, {}, {}, {}, {}});
    parallel_for(std::ssize(all), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i) {
        Piece& piece = all[static_cast<std::size_t>(i)];
        if (piece.block.text.size() >= long_piece) continue;
        try {
          run(piece);
        } catch (...) {
          piece.error = std::current_exception();
        }
      }
    });
    for (Piece& piece : all) {
      if (piece.block.text.size() >= long_piece) run(piece);
      finish(piece);
    }
  }
  return totals;
}

}  // namespace dlt::ngram
