#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace dlt {

// The whole file. `exit` is the code of the Error thrown when it cannot be opened or read.
std::string read_file(const std::string& path, Exit exit);

// Whether both names stand for one file on a disk: what is written to one would replace the other.
bool same_file(const std::string& a, const std::string& b);

// Appends to a file that appears under its name only once it is whole: bytes go to
// "<path>.partial", commit() fsyncs and renames. Without commit() nothing is left behind. A full
// disk or an unwritable folder is an Error (exit 1) that names the file and the system's reason.
// Links are followed; devices and pipes (/dev/stdout, /dev/null) stay and are written to.
class NewFile {
 public:
  explicit NewFile(std::string path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const void* bytes, std::size_t count);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  std::string partial() const { return target_ + ".partial"; }

  std::string path_, target_;  // as it was given; what is renamed over, empty for a device
  int fd_ = -1;
};

void write_file(const std::string& path, std::string_view text);  // NewFile in one call

// A read-only memory-mapped file. Moving keeps the address.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const std::string& path, Exit exit);  // exit: the code when it cannot be mapped
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace dlt
