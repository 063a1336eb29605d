#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dlt::ngram {

// A descriptor of a new file of `folder` that has no name any more: it goes with the program.
int open_unnamed(const std::string& folder);

// Bytes that do not fit into memory, in a file without a name. Several threads may use it at once.
// Errors name the folder, what was needed and --tmp.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& folder) : folder_(folder), fd_(open_unnamed(folder)) {}
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&&) = delete;

  std::uint64_t append(std::span<const std::byte> bytes);  // the offset where they stand now
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;
  std::string path() const;  // to open it again, while this object lives
  std::uint64_t size() const { return size_; }

 private:
  std::string folder_;
  int fd_ = -1;
  std::atomic<std::uint64_t> size_ = 0;
};

}  // namespace dlt::ngram
