#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ngram/levels.h"

namespace dlt::ngram {

enum class Values : std::uint8_t { exact, quantized };  // float32, or 8-bit codes of 256 values

// Integers of a fixed number of bits, at most 57, end to end; eight bytes behind the last one can
// be read.
class Packed {
 public:
  Packed() = default;
  Packed(const std::byte* bytes, int bits)
      : bytes_(bytes), bits_(static_cast<unsigned>(bits)), mask_((std::uint64_t{1} << bits) - 1) {}
  std::uint64_t operator[](std::uint64_t i) const {
    std::uint64_t word;
    const std::uint64_t bit = i * bits_;
    std::memcpy(&word, bytes_ + (bit >> 3), sizeof word);
    return (word >> (bit & 7)) & mask_;
  }
  int bits() const { return static_cast<int>(bits_); }
  const std::byte* at(std::uint64_t i) const { return bytes_ + (i * bits_ >> 3); }  // to prefetch

 private:
  const std::byte* bytes_ = nullptr;
  unsigned bits_ = 0;
  std::uint64_t mask_ = 0;
};

// A trained model as it lies in its file, mapped: opening takes no longer for a large one. Laid
// out as Tables (ngram/levels.h). A handle: copies share. The file format is in model_file.h.
class Model {
 public:
  // A file of dlt's own (mapped), an ARPA file, plain or gzip (read into memory), or a run folder
  // (last/model.ngram in it). Exit::damaged where the file is none of these, is cut off, or
  // contradicts itself; Exit::usage: there is none.
  static Model open(const std::string& path);
  static Model of(const Tables& tables, Values values = Values::exact);  // in memory

  int order() const { return static_cast<int>(levels_.size()); }
  std::uint64_t count(int n) const { return levels_[static_cast<std::size_t>(n - 1)].size; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const About& about() const { return about_; }
  Values values() const { return values_; }

  // Node `i` of level `n`, 1 .. order().
  WordId word(int n, Node i) const;  // n >= 2
  float log10_p(int n, Node i) const;
  float log10_bow(int n, Node i) const;  // n < order()
  struct Range {
    Node begin = 0, end = 0;
  };
  Range children(int n, Node i) const;           // n < order()
  Node child(int n, Node i, WordId word) const;  // or nowhere

  Tables tables() const;  // a copy that can be changed

 private:
  friend class Scorer;
  friend Model model_at(std::span<const std::byte> file, std::shared_ptr<const void> owner,
                        const std::string& name);
  // One level. Whatever the file says: ranges of children lie in the next level, words in the
  // vocabulary, codes in their tables.
  struct Part {
    std::uint64_t size = 0, next_size = 0;  // next_size: of the level below
    Packed words, first;
    const float* log10_p = nullptr;  // exact
    const float* log10_bow = nullptr;
    const std::uint8_t* p_codes = nullptr;  // quantized: indices into the two tables
    const std::uint8_t* bow_codes = nullptr;
    const float* p_table = nullptr;
    const float* bow_table = nullptr;

    float p(Node i) const { return log10_p != nullptr ? log10_p[i] : p_table[p_codes[i]]; }
    float bow(Node i) const {
      return log10_bow != nullptr ? log10_bow[i] : bow_table[bow_codes[i]];
    }
    Range children(Node i) const {
      const std::uint64_t end = first[i + std::uint64_t{1}],
                          last = end < next_size ? end : next_size;
      const std::uint64_t begin = first[i];
      return {static_cast<Node>(begin < last ? begin : last), static_cast<Node>(last)};
    }
  };
  const Part& part(int n) const { return levels_[static_cast<std::size_t>(n - 1)]; }

  Vocabulary vocabulary_;
  About about_;
  Values values_ = Values::exact;
  std::vector<Part> levels_;
  std::shared_ptr<const void> owner_;
};

// Writes dlt's own file; the same tables give the same bytes.
void write_model(const std::string& path, const Tables& tables, Values values = Values::exact);

// Exit::damaged, naming the section, if one of a file of dlt's own is not what was written. Reads
// all of it, which open() does not.
void verify_model(const std::string& path);

}  // namespace dlt::ngram
