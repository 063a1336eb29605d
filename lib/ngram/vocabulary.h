#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/word.h"

namespace dlt::ngram {

// The words of a model by id and back. Its three arrays are also how it lies in a model file; so
// an opened file needs no work. A handle: copies share.
class Vocabulary {
 public:
  Vocabulary();  // <unk>, <s>, </s>
  // words[i] has id i and begins with those three; all are different (Exit::data otherwise).
  explicit Vocabulary(const std::vector<std::string_view>& words);
  explicit Vocabulary(const std::vector<std::string>& words);

  // Over arrays that somebody else holds: `owner` keeps them. Only checked so far that no later
  // call can read outside of them.
  struct Arrays {
    std::span<const char> text;             // the words end to end
    std::span<const std::uint64_t> begins;  // of each word in `text`, and the end of the last
    std::span<const std::uint64_t> slots;   // open addressing: high half of the hash, id + 1
  };
  Vocabulary(const Arrays& arrays, std::shared_ptr<const void> owner);

  WordId size() const { return static_cast<WordId>(arrays_.begins.size() - 1); }
  WordId id(std::string_view word) const { return id(word, hash(word)); }  // unknown if not there
  std::string_view word(WordId id) const {
    const auto* begin = arrays_.begins.data() + id;  // of a damaged file: any numbers
    const std::uint64_t end = begin[1] < arrays_.text.size() ? begin[1] : arrays_.text.size();
    const std::uint64_t from = begin[0] < end ? begin[0] : end;
    return {arrays_.text.data() + from, static_cast<std::size_t>(end - from)};
  }

  // id() in two halves, so that the table can be fetched while other words are hashed.
  static std::uint64_t hash(std::string_view word);
  void prefetch(std::uint64_t hash) const;
  WordId id(std::string_view word, std::uint64_t hash) const;

  const Arrays& arrays() const { return arrays_; }

 private:
  Arrays arrays_;
  std::shared_ptr<const void> owner_;
};

}  // namespace dlt::ngram
