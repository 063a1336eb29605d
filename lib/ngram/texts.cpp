#include "ngram/texts.h"

#include <algorithm>
#include <span>
#include <sys/stat.h>

#include "ngram/each_in_turn.h"

namespace dlt::ngram {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::int64_t size_of(const std::string& file) {  // -1: no regular file
  struct stat info {};
  return file != "-" && ::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? info.st_size
                                                                                  : -1;
}

std::vector<std::string_view> pieces_of(std::string_view text, std::size_t bytes) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    std::size_t end = bytes >= text.size() ? text.npos : text.find('\n', bytes - 1);
    end = end == text.npos ? text.size() : end + 1;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace

Texts::Texts(std::vector<std::string> files, Workspace work, double share)
    : files_(std::move(files)),
      work_(std::move(work)),
      share_{0, share},
      spool_of_(files_.size()) {}

void Texts::read(std::size_t bytes, const Take& take, const Done& done) {
  const std::size_t piece = bytes / (most_pieces / 2) + 1;
  bytes_read_ = 0;
  for (std::size_t f = 0; f < files_.size(); ++f) {
    const bool spooled = spool_of_[f] != nullptr;
    TextReader reader(spooled ? spool_of_[f]->path() : files_[f], spooled ? Share{} : share_);
    ScratchFile* spool = nullptr;
    if (!spooled && size_of(files_[f]) < 0) {
      spool = &spools_.emplace_back(work_.folder());
      spool->append(bytes_of(byte_order_mark));  // the one mark that reading passes over
    }
    for (Block block; reader.next(block, bytes);) {
      if (spool != nullptr) spool->append(bytes_of(block.text));
      const auto pieces =
          pieces_of(block.text, std::max(piece, block.text.size() / most_pieces + 1));
      bytes_read_ += block.text.size();
      const auto count = static_cast<std::int64_t>(pieces.size());
      each_in_turn(count, [&](int slot, std::int64_t i) { take(slot, i, pieces[i], block); });
      done(count);
    }
    if (spool != nullptr) spool_of_[f] = spool;
  }
}

std::uint64_t Texts::bytes() const {
  std::uint64_t sum = 0;
  for (const std::string& file : files_) {
    const std::int64_t size = size_of(file);
    if (size < 0) return 0;
    sum += static_cast<std::uint64_t>(size);
  }
  return sum;
}

}  // namespace dlt::ngram
