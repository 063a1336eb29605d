#include "embed/corpus.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/utf8.h"
#include "ngram/room.h"
#include "ngram/sentences.h"
#include "ngram/word_counts.h"

namespace dlt::embed {
namespace {

ngram::TextSettings text_settings(const Settings& settings) {
  ngram::TextSettings text;
  text.unit = settings.unit;
  text.min_count = settings.min_count;
  text.symbols = ngram::Symbols::skip;
  text.skip_empty = true;
  return text;
}

std::string named(const std::vector<std::string>& files) {
  const std::string first = files.front() == "-" ? "standard input" : files.front();
  return files.size() == 1 ? first : fmt::format("{} and {} more", first, files.size() - 1);
}

[[noreturn]] void fail_rare(const std::vector<std::string>& files, ngram::Texts& texts,
                            ngram::TextSettings text, std::size_t round) {
  const std::int64_t wanted = text.min_count;
  text.min_count = 1;
  const ngram::WordCounts all = ngram::count_words(texts, text, round, nullptr);
  if (all.vocabulary.size() == ngram::first_word) {
    fail(Exit::data, "{}: no words in the text", named(files));
  }
  fail(Exit::data,
       "{}: no word is there {} times; '{}', the most frequent one, has a count of {}; lower "
       "min_count or use more text",
       named(files), wanted, printable(all.vocabulary.word(ngram::first_word)),
       all.counts[ngram::first_word]);
}

// The ids of the words that are kept, lines ended by line_end.
void read_piece(std::vector<std::uint32_t>& ids, std::string_view piece, const ngram::Block& block,
                const ngram::TextSettings& text, const ngram::Vocabulary& vocabulary) {
  std::array<std::string_view, 32> tokens;
  std::array<std::uint64_t, 32> hashes{};
  ngram::Sentences sentences(piece, block, text);
  for (std::size_t count; (count = sentences.next(tokens)) != 0;) {
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = ngram::Vocabulary::hash(tokens[i]);
      vocabulary.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (tokens[i].empty()) {
        ids.push_back(line_end);
        continue;
      }
      const ngram::WordId id = vocabulary.id(tokens[i], hashes[i]);
      if (id >= ngram::first_word) ids.push_back(id - ngram::first_word);
    }
  }
}

void read_tokens(Corpus& corpus, ngram::Texts& texts, const ngram::TextSettings& text,
                 const ngram::Vocabulary& vocabulary, std::size_t round,
                 const ngram::Report& report) {
  std::array<std::vector<std::uint32_t>, ngram::Texts::most_pieces> ids;
  std::size_t at = 0;
  const auto changed = [] {
    fail(Exit::data, "the text changed while it was read; leave it alone meanwhile");
  };
  texts.read(
      round,
      [&](int, std::int64_t i, std::string_view piece, const ngram::Block& block) {
        read_piece(ids[static_cast<std::size_t>(i)], piece, block, text, vocabulary);
      },
      [&](std::int64_t pieces) {
        for (std::int64_t i = 0; i < pieces; ++i) {
          auto& part = ids[static_cast<std::size_t>(i)];
          if (part.size() > corpus.tokens.size() - at) changed();
          std::copy(part.begin(), part.end(), corpus.tokens.data() + at);
          at += part.size();
          part.clear();
        }
        corpus.tokens.drop();
        if (!report) return;
        const auto all = static_cast<double>(texts.bytes());
        const auto read = static_cast<double>(texts.bytes_read());
        report("reading the text", all > 0 ? std::min(1.0, read / all) : 0);
      });
  if (at != corpus.tokens.size()) changed();
}

}  // namespace

Corpus read_corpus(const std::vector<std::string>& files, const Settings& settings,
                   const ngram::Workspace& work, const ngram::Report& report) {
  constexpr std::int64_t least_round = 1 << 16, most_round = 1 << 24;
  const auto round =
      static_cast<std::size_t>(std::clamp(work.limit() / 16, least_round, most_round));
  const ngram::TextSettings text = text_settings(settings);
  ngram::Texts texts(files, work);
  const ngram::WordCounts words = ngram::count_words(texts, text, round, report);
  const ngram::WordId size = words.vocabulary.size();
  if (size == ngram::first_word) fail_rare(files, texts, text, round);
  Corpus corpus;
  for (ngram::WordId id = ngram::first_word; id < size; ++id) {
    corpus.words.emplace_back(words.vocabulary.word(id));
    corpus.counts.push_back(static_cast<std::int64_t>(words.counts[id]));
    corpus.total += corpus.counts.back();
  }
  corpus.read = words.tokens - words.sentences;
  const auto tokens = static_cast<std::size_t>(corpus.total + words.sentences);
  corpus.tokens =
      ngram::Array<std::uint32_t>(tokens, ngram::room_for(tokens * sizeof(std::uint32_t), work));
  read_tokens(corpus, texts, text, words.vocabulary, round, report);
  return corpus;
}

}  // namespace dlt::embed
