#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ngram/corpus.h"
#include "ngram/counts.h"
#include "ngram/scratch_file.h"

namespace dlt::ngram {

// Several texts that are read more than once, front to back; what comes through a pipe is kept in
// a temporary file.
class Texts {
 public:
  Texts(std::vector<std::string> files, Workspace work, double share = 1);

  // Cuts the texts into pieces of whole lines and calls take(slot, i, piece, block) for each, in
  // rounds of neighbours that are worked on at once: as each_in_turn. done(pieces) ends a round;
  // its memory is gone then. A round has about `bytes` bytes in at most `most_pieces` pieces.
  static constexpr std::size_t most_pieces = 32;
  using Take = std::function<void(int slot, std::int64_t i, std::string_view piece, const Block&)>;
  using Done = std::function<void(std::int64_t pieces)>;
  void read(std::size_t bytes, const Take& take, const Done& done);

  std::uint64_t bytes() const;  // of all files; 0 where a pipe is among them
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::vector<std::string> files_;
  Workspace work_;
  Share share_;
  std::deque<ScratchFile> spools_;
  std::vector<const ScratchFile*> spool_of_;  // of each file; null: it can be read again
  std::uint64_t bytes_read_ = 0;
};

}  // namespace dlt::ngram
