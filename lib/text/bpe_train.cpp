#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/error.h"
#include "text/bpe.h"
#include "text/byte_alphabet.h"
#include "text/pre_split.h"
#include "text/utf8.h"

// Byte-level BPE training (Sennrich, Haddow, Birch 2016), incrementally: pair counts and the words
// that hold a pair are kept up to date, so that a merge costs what it changes. In doubtful cases
// (a token that two different merges spell) it does what Hugging Face's trainer does.
namespace dlt::text {
namespace {

using Words = std::vector<std::uint32_t>;  // indices into Trainer::words_, rising

struct Word {
  std::vector<std::int32_t> symbols;
  std::int64_t count = 0;
};

struct PairCount {
  std::int64_t count = 0;
  std::int64_t round = -1;  // the merge in which `gathered` was last begun
  Words gathered;           // words where that merge made the pair
  bool merged = false;
};

// A pair that waits to be merged, with its count at the time and the words to do it in.
struct Candidate {
  std::int64_t count;
  Merge pair;
  Words words;

  bool operator<(const Candidate& other) const {  // in a max-heap: ties to the smaller pair
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

class Trainer {
 public:
  explicit Trainer(const BpeSettings& settings);
  BpeModel train(std::string_view corpus);

 private:
  void count_words(std::string_view corpus);
  void add_token(const std::string& spelled);
  void count_pairs();
  void change(Merge pair, std::int64_t by, std::uint32_t word);
  PairCount& count_of(Merge pair) { return pairs_[*pair_index_.find(pair.first, pair.second) - 1]; }
  void offer_gathered();
  bool pop_best(Candidate& best);
  void merge(const Candidate& best);
  void merge_in(Word& word, std::uint32_t index, Merge pair, std::int32_t id);

  const BpeSettings& settings_;
  BpeModel model_;
  std::unordered_map<std::string, std::int32_t> ids_;
  std::vector<Word> words_;
  PairMap<std::int32_t> pair_index_;  // into pairs_, plus one
  std::vector<PairCount> pairs_;
  std::vector<Merge> touched_;  // pairs that the current merge made
  std::vector<Candidate> heap_;
  std::int64_t round_ = 0;
};

void check(const BpeSettings& settings) {
  const auto specials = static_cast<std::int64_t>(settings.special_tokens.size());
  require(settings.vocab_size >= 256 + specials && settings.vocab_size < 1 << 24, Exit::usage,
          "vocab_size is {}; {} .. 16777215 is possible: 256 bytes and the special tokens ({}) "
          "always have an id",
          settings.vocab_size, 256 + specials, specials);
  require(settings.min_frequency >= 0, Exit::usage, "min_frequency is {}; 0 or more is possible",
          settings.min_frequency);
  for (const std::string& token : settings.special_tokens) {
    require(!token.empty(), Exit::usage, "a special token is empty; it needs at least a character");
    require(utf8_error(token) == token.size(), Exit::usage, "a special token is not UTF-8");
    require(std::ranges::count(settings.special_tokens, token) == 1, Exit::usage,
            "the special token '{}' is given twice", token);
    const auto bytes = unspell(token);
    require(!bytes || bytes->size() > 1, Exit::usage,
            "the special token '{}' is the name of a byte; it needs at least two characters",
            token);
  }
}

Trainer::Trainer(const BpeSettings& settings) : settings_(settings) {
  check(settings);
  for (const std::string& token : settings.special_tokens) {
    model_.added.push_back({static_cast<std::int32_t>(model_.tokens.size()), token, true});
    add_token(token);
  }
  std::vector<std::string> symbols(256);
  for (unsigned byte = 0; byte < 256; ++byte) {
    symbols[byte] = symbol_of(static_cast<std::uint8_t>(byte));
  }
  std::ranges::sort(symbols);  // UTF-8 sorts as its code points do
  for (const std::string& symbol : symbols) add_token(symbol);
}

void Trainer::add_token(const std::string& spelled) {
  ids_[spelled] = static_cast<std::int32_t>(model_.tokens.size());
  model_.tokens.push_back(spelled);
}

// Line by line with their ends, as Hugging Face reads files to train on.
void Trainer::count_words(std::string_view corpus) {
  std::unordered_map<std::string_view, std::int64_t> counts;
  while (!corpus.empty()) {
    const std::size_t newline = corpus.find('\n');
    const std::string_view line = corpus.substr(0, newline == corpus.npos ? newline : newline + 1);
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t end = word_end(line, at);
      ++counts[line.substr(at, end - at)];
      at = end;
    }
    corpus.remove_prefix(line.size());
  }
  std::array<std::int32_t, 256> byte_ids{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids[byte] = ids_.at(std::string(symbol_of(static_cast<std::uint8_t>(byte))));
  }
  for (const auto& [text, count] : counts) {
    Word word{{}, count};
    for (char c : text) word.symbols.push_back(byte_ids[static_cast<unsigned char>(c)]);
    words_.push_back(std::move(word));
  }
}

void Trainer::change(Merge pair, std::int64_t by, std::uint32_t word) {
  std::int32_t& index = pair_index_.at(pair.first, pair.second);
  if (index == 0) {
    pairs_.emplace_back();
    index = static_cast<std::int32_t>(pairs_.size());
  }
  PairCount& p = pairs_[index - 1];
  p.count += by;
  if (by <= 0) return;
  if (p.round != round_) {
    p.round = round_;
    touched_.push_back(pair);
  }
  if (p.gathered.empty() || p.gathered.back() != word) p.gathered.push_back(word);
}

void Trainer::count_pairs() {
  for (std::uint32_t w = 0; w < words_.size(); ++w) {
    const Word& word = words_[w];
    for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      change({word.symbols[i], word.symbols[i + 1]}, word.count, w);
    }
  }
  offer_gathered();
}

void Trainer::offer_gathered() {
  for (const Merge& pair : touched_) {
    PairCount& p = count_of(pair);
    if (p.count > 0) {
      heap_.push_back({p.count, pair, std::move(p.gathered)});
      std::ranges::push_heap(heap_, std::less<>());
    }
    p.gathered = {};
  }
  touched_.clear();
  ++round_;
}

// False when no pair is left. Counts in the heap may be out of date: then back they go.
bool Trainer::pop_best(Candidate& best) {
  while (!heap_.empty()) {
    std::ranges::pop_heap(heap_, std::less<>());
    Candidate& last = heap_.back();
    const std::int64_t count = count_of(last.pair).count;
    if (last.count == count) {
      best = std::move(last);
      heap_.pop_back();
      return true;
    }
    last.count = count;
    std::ranges::push_heap(heap_, std::less<>());
  }
  return false;
}

// Joins every occurrence of the pair in a word, from the left.
void Trainer::merge_in(Word& word, std::uint32_t index, Merge pair, std::int32_t id) {
  std::vector<std::int32_t>& s = word.symbols;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < s.size(); ++kept) {
    if (s[i] != pair.first || i + 1 == s.size() || s[i + 1] != pair.second) {
      s[kept] = s[i++];
      continue;
    }
    if (kept > 0) {
      change({s[kept - 1], pair.first}, -word.count, index);
      change({s[kept - 1], id}, word.count, index);
    }
    if (i + 2 < s.size()) {
      change({pair.second, s[i + 2]}, -word.count, index);
      change({id, s[i + 2]}, word.count, index);
    }
    s[kept] = id;
    i += 2;
  }
  s.resize(kept);
}

void Trainer::merge(const Candidate& best) {
  const std::string spelled = model_.tokens[best.pair.first] + model_.tokens[best.pair.second];
  if (!ids_.contains(spelled)) add_token(spelled);
  const std::int32_t id = ids_.at(spelled);
  bool& merged = count_of(best.pair).merged;
  if (merged) std::erase(model_.merges, best.pair);  // learned again: only the later place counts
  merged = true;
  model_.merges.push_back(best.pair);
  for (std::uint32_t index : best.words) merge_in(words_[index], index, best.pair, id);
  offer_gathered();
}

BpeModel Trainer::train(std::string_view corpus) {
  count_words(corpus);
  count_pairs();
  Candidate best;
  while (static_cast<std::int64_t>(model_.tokens.size()) < settings_.vocab_size) {
    if (!pop_best(best) || best.count < std::max<std::int64_t>(1, settings_.min_frequency)) break;
    merge(best);
  }
  return std::move(model_);
}

}  // namespace

std::unique_ptr<Tokenizer> train_bpe(std::string_view corpus, const BpeSettings& settings) {
  return std::make_unique<Bpe>(Trainer(settings).train(corpus));
}

}  // namespace dlt::text
