#include "ngram/word_counts.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "ngram/sentences.h"
#include "ngram/word_table.h"

namespace dlt::ngram {
namespace {

struct Part {  // what one thread has counted
  WordTable table;
  std::uint64_t sentences = 0;
};

void count_piece(Part& part, std::string_view piece, const Block& block,
                 const TextSettings& settings) {
  std::array<std::string_view, 32> tokens;
  std::array<std::uint64_t, 32> hashes{};
  Sentences sentences(piece, block, settings);
  for (std::size_t count; (count = sentences.next(tokens)) != 0;) {
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = Vocabulary::hash(tokens[i]);
      part.table.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (tokens[i].empty()) {
        ++part.sentences;
      } else {
        part.table.add(tokens[i], hashes[i], 1);
      }
    }
  }
}

// The words of a file, with the counts that `table` has of them.
WordTable listed(const std::string& file, const WordTable& table) {
  WordTable list;
  TextReader reader(file);
  for (Block block; reader.next(block);) {
    each_line(block, [&](std::string_view line, std::int64_t number) {
      Tokens tokens(line, Unit::words);
      std::string_view word, second;
      if (!tokens.next(word)) return;
      const bool alone = !tokens.next(second);
      require(alone, Exit::data, "{}:{}:{}: a second word '{}'; a vocabulary has one word a line",
              file, number, tokens.column(), printable(second));
      require(word.size() <= longest_word, Exit::data, "{}:{}: a word of {} bytes, {} are allowed",
              file, number, word.size(), longest_word);
      list.add(word, Vocabulary::hash(word), 0);
    });
  }
  const std::size_t size = list.words().size();
  const Vocabulary known = [&] {
    std::vector<std::string_view> words;
    for (const auto& w : list.words()) words.push_back(w.view());
    return Vocabulary(words);
  }();
  for (const auto& w : table.words()) {
    const WordId id = known.id(w.view(), w.hash);
    if (size > 0 && known.word(id) == w.view()) list.add(w.view(), w.hash, w.count);
  }
  return list;
}

// The vocabulary and its counts; `total` words were read.
void choose(WordCounts& words, const WordTable& table, std::uint64_t least, std::uint64_t total) {
  std::vector<const WordTable::Word*> kept;
  for (const auto& w : table.words()) {
    const bool symbol = w.view() == unknown_word || w.view() == begin_word || w.view() == end_word;
    if (w.count >= least && !symbol) kept.push_back(&w);
  }
  std::sort(kept.begin(), kept.end(), [](const auto* a, const auto* b) {
    return a->count != b->count ? a->count > b->count : a->view() < b->view();
  });
  std::vector<std::string_view> views = {unknown_word, begin_word, end_word};
  words.counts = {0, 0, static_cast<std::uint64_t>(words.sentences)};
  for (const auto* w : kept) {
    views.push_back(w->view());
    words.counts.push_back(w->count);
    total -= w->count;
  }
  words.counts[unknown] = total;
  words.vocabulary = Vocabulary(views);
}

}  // namespace

WordCounts count_words(Texts& texts, const TextSettings& settings, std::size_t round,
                       const Report& report) {
  std::vector<Part> parts(static_cast<std::size_t>(threads()));
  const auto total_bytes = static_cast<double>(texts.bytes());
  texts.read(
      round,
      [&](int slot, std::int64_t, std::string_view piece, const Block& block) {
        count_piece(parts[static_cast<std::size_t>(slot)], piece, block, settings);
      },
      [&](std::int64_t) {
        const auto read = static_cast<double>(texts.bytes_read());
        if (report)
          report("counting words", total_bytes > 0 ? std::min(1.0, read / total_bytes) : 0);
      });
  WordCounts words;
  WordTable& table = parts[0].table;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    words.sentences += static_cast<std::int64_t>(parts[p].sentences);
    if (p == 0) continue;
    for (const auto& w : parts[p].table.words()) table.add(w.view(), w.hash, w.count);
    parts[p].table = WordTable();
  }
  std::uint64_t total = 0;
  for (const auto& w : table.words()) total += w.count;
  words.tokens = static_cast<std::int64_t>(total) + words.sentences;
  if (settings.vocabulary.empty()) {
    choose(words, table, static_cast<std::uint64_t>(std::max<std::int64_t>(settings.min_count, 0)),
           total);
  } else {
    choose(words, listed(settings.vocabulary, table), 0, total);
  }
  return words;
}

}  // namespace dlt::ngram
