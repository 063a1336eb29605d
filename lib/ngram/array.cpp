#include "ngram/array.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "ngram/scratch_file.h"

namespace dlt::ngram::detail {
namespace {

constexpr double mib = 1 << 20;

// A file without a name, of that many bytes that are really there.
int temporary(const std::string& folder, std::size_t bytes) {
  const int fd = open_unnamed(folder);
  const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  if (error != 0) {
    ::close(fd);
    fail("cannot claim {:.1f} MiB for a temporary file in '{}': {}; name another folder with --tmp",
         static_cast<double>(bytes) / mib, folder, std::strerror(error));
  }
  return fd;
}

}  // namespace

Pages::Pages(std::size_t bytes, const Storage& storage)
    : bytes_(bytes), file_(!storage.folder.empty()) {
  if (bytes == 0) return;
  const int fd = file_ ? temporary(storage.folder, bytes) : -1;
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    file_ ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
  const int error = errno;
  if (file_) ::close(fd);
  require(at != MAP_FAILED, "cannot have {:.1f} MiB of memory: {}",
          static_cast<double>(bytes) / mib, std::strerror(error));
  data_ = static_cast<std::byte*>(at);
}

Pages::~Pages() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      file_(other.file_) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(file_, other.file_);
  return *this;
}

void Pages::drop() const {
  if (file_ && data_ != nullptr) ::madvise(data_, bytes_, MADV_DONTNEED);
}

}  // namespace dlt::ngram::detail
