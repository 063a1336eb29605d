#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ngram/scratch_file.h"
#include "ngram/word.h"

// Sorted n-grams with their counts, a few bytes each: written by parts (ngram/partition.h), in
// memory or in a temporary file, and read back in order.
namespace dlt::ngram {

struct SortedNgram {
  int shared = 0;                         // words that the one before it has too
  int length = 0;                         // up to <s> or the order
  std::array<WordId, max_order> words{};  // ids + 1, the newest first; 0 behind `length`
  std::uint64_t count = 0;
};

// One part of one run, being written. For each n-gram: a byte of `shared` and the count (0: 16 or
// more, it stands behind the words), then the words that are new as variable-length integers, the
// first of them less the one that it follows.
class RunWriter {
 public:
  void clear() { size_ = 0; }
  std::span<const std::byte> bytes() const { return {bytes_.data(), size_}; }

  void begin(int shared, std::uint64_t count) {
    if (bytes_.size() - size_ < longest_ngram) bytes_.resize(2 * bytes_.size() + (1 << 12));
    byte(static_cast<std::uint64_t>(shared) | (count < 16 ? count << 4 : 0));
  }
  void number(std::uint64_t value) {  // 7 bits a byte, the lowest first
    for (; value >= 0x80; value >>= 7) byte(0x80 | (value & 0x7F));
    byte(value);
  }
  void end(std::uint64_t count) {
    if (count >= 16) number(count);
  }

  static constexpr std::size_t longest_ngram = 96;  // bytes; fewer, in truth

 private:
  void byte(std::uint64_t value) { bytes_[size_++] = static_cast<std::byte>(value); }

  std::vector<std::byte> bytes_;
  std::size_t size_ = 0;
};

// All runs. Parts may be put in and read by several threads at once.
class Runs {
 public:
  // folder: where the file is; "": everything stays in memory.
  Runs(std::uint32_t parts, const std::string& folder);

  void begin() { runs_.emplace_back(parts_); }                     // a run
  void put(std::uint32_t part, std::span<const std::byte> bytes);  // of the last run

  std::size_t size() const { return runs_.size(); }
  std::uint32_t parts() const { return parts_; }
  std::uint64_t bytes_in_memory() const;

 private:
  friend class RunReader;
  struct Segment {
    std::uint64_t offset = 0, size = 0;  // in the file
    std::vector<std::byte> bytes;        // or here
  };
  std::uint32_t parts_;
  std::vector<std::vector<Segment>> runs_;
  std::optional<ScratchFile> file_;
};

// Reads one part of one run.
class RunReader {
 public:
  // buffer: bytes of memory to read a file with.
  RunReader(const Runs& runs, std::size_t run, std::uint32_t part, int order, std::size_t buffer);
  bool next();  // false at the end
  const SortedNgram& ngram() const { return ngram_; }

 private:
  std::uint64_t number();
  void refill();

  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  const ScratchFile* file_ = nullptr;
  std::uint64_t offset_ = 0, left_ = 0;  // what is still to be read of the file
  std::vector<std::byte> buffer_;
  int order_;
  SortedNgram ngram_;
};

// Reads one part of all runs as one: equal n-grams are added up.
class MergedRuns {
 public:
  MergedRuns(const Runs& runs, std::uint32_t part, int order, std::size_t buffer);
  bool next();
  const SortedNgram& ngram() const { return readers_.size() == 1 ? readers_[0].ngram() : ngram_; }

 private:
  bool before(std::size_t a, std::size_t b) const;
  void sink(std::size_t place);
  void advance();

  std::vector<RunReader> readers_;
  std::vector<std::size_t> heap_;  // readers that have not ended, the one with the least in front
  int order_;
  SortedNgram ngram_;
};

}  // namespace dlt::ngram
