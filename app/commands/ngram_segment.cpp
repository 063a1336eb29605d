#include "commands/ngram_segment.h"

#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/utf8.h"
#include "commands/ngram_words.h"
#include "lexicon/segmenter.h"
#include "ngram/corpus.h"
#include "ngram/unit.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

void measure(const lexicon::Segmenter& segmenter, const NgramSegmentOptions& o) {
  lexicon::SegmentScore score;
  std::int64_t lines = 0, whole = 0, bytes = 0;
  const auto start = std::chrono::steady_clock::now();
  ngram::TextReader reader(o.test);
  for (ngram::Block block; reader.next(block);) {
    ngram::each_line(block, [&](std::string_view line, std::int64_t number) {
      require(is_utf8(line), Exit::data, "{}:{}: the line is not UTF-8: convert the file to UTF-8",
              o.test, number);
      std::vector<std::string_view> wanted;
      std::string joined;
      ngram::Tokens tokens(line, ngram::Unit::words);
      for (std::string_view token; tokens.next(token);) {
        wanted.push_back(token);
        joined += token;
      }
      if (wanted.empty()) return;
      const auto found = segmenter.cut(joined);
      score.add(found, wanted);
      ++lines;
      bytes += static_cast<std::int64_t>(joined.size());
      whole += found == wanted;
    });
  }
  require(lines > 0, Exit::data, "'{}' has no words: a line of it is words with blanks between",
          o.test);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const double speed = static_cast<double>(bytes) / taken.count() / 1e6;
  if (o.json) {
    fmt::print("{}\n", ordered_json{{"lines", lines},
                                    {"words", score.wanted},
                                    {"found", score.found},
                                    {"right", score.right},
                                    {"precision", score.precision()},
                                    {"recall", score.recall()},
                                    {"f1", score.f1()},
                                    {"whole_lines", whole},
                                    {"megabytes_per_second", speed}}
                           .dump(2));
    return;
  }
  fmt::print("words      {} in {} lines, {} found, {} right\n", score.wanted, lines, score.found,
             score.right);
  fmt::print("precision  {:.2f} %\nrecall     {:.2f} %\nF1         {:.2f} %\n",
             100 * score.precision(), 100 * score.recall(), 100 * score.f1());
  fmt::print("lines      {} of {} without a mistake\nspeed      {:.2f} MB/s\n", whole, lines,
             speed);
}

}  // namespace

void ngram_segment(const NgramSegmentOptions& o) {
  const lexicon::Segmenter segmenter(open_lexicon(o.dict, o.lm));
  if (!o.test.empty()) {
    require(o.texts.empty(), Exit::usage, "--test takes its texts from a file: leave out '{}'",
            printable(o.texts.empty() ? "" : o.texts[0]));
    return measure(segmenter, o);
  }
  each_text(o.texts, [&](std::string_view text, auto) {
    const auto words = segmenter.cut(text);
    if (o.json) {
      fmt::print("{}\n", ordered_json{{"text", text}, {"words", words}}.dump());
    } else {
      fmt::print("{}\n", fmt::join(words, o.separator));
    }
  });
}

}  // namespace dlt::app
