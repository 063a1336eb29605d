#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ngram/levels.h"

namespace dlt::ngram {

enum class Values : std::uint8_t { exact, quantized };  // float32, or 8-bit codes of 256 values

// Integers of a fixed number of bits, at most 57, end to end.
class Packed {
 public:
  Packed() = default;
  Packed(const std::byte* bytes, int bits) : bytes_(bytes), bits_(bits) {}
  std::uint64_t operator[](std::uint64_t i) const;
  int bits() const { return bits_; }
  const std::byte* at(std::uint64_t i) const { return bytes_ + i * bits_ / 8; }  // to prefetch

 private:
  const std::byte* bytes_ = nullptr;
  int bits_ = 0;
};

// A trained model as it lies in its file, mapped: opening takes no longer for a large one. Laid
// out as Tables (ngram/levels.h). A handle: copies share. The file format is in model_file.h.
class Model {
 public:
  // A file of dlt's own (mapped), or an ARPA file, plain or gzip (read into memory). Exit::damaged
  // where the file is neither, is cut off, or contradicts itself; Exit::usage: there is none.
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
  struct Part {  // one level
    std::uint64_t size = 0;
    Packed words, first;
    const float* log10_p = nullptr;  // exact
    const float* log10_bow = nullptr;
    Packed p_codes, bow_codes;  // quantized: indices into the two tables
    const float* p_table = nullptr;
    const float* bow_table = nullptr;
  };

  Vocabulary vocabulary_;
  About about_;
  Values values_ = Values::exact;
  std::vector<Part> levels_;
  std::shared_ptr<const void> owner_;
};

// Writes dlt's own file; the same tables give the same bytes.
void write_model(const std::string& path, const Tables& tables, Values values = Values::exact);

}  // namespace dlt::ngram
