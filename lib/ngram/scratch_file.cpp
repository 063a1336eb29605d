#include "ngram/scratch_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/core.h>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace dlt::ngram {

int open_unnamed(const std::string& folder) {
  std::string path = folder + "/dlt-XXXXXX";
  const int fd = ::mkstemp(path.data());
  require(fd >= 0, "cannot make a temporary file in '{}': {}; name another folder with --tmp",
          folder, std::strerror(errno));
  ::unlink(path.c_str());
  return fd;
}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) ::close(fd_);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_.load()) {}

std::uint64_t ScratchFile::append(std::span<const std::byte> bytes) {
  const std::uint64_t begin = size_.fetch_add(bytes.size());
  for (std::size_t done = 0; done < bytes.size();) {
    const ::ssize_t wrote =
        ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(begin + done));
    if (wrote < 0 && errno == EINTR) continue;
    require(wrote > 0,
            "cannot write a temporary file of {:.1f} MiB in '{}': {}; name another folder with "
            "--tmp",
            static_cast<double>(begin + bytes.size()) / (1 << 20), folder_, std::strerror(errno));
    done += static_cast<std::size_t>(wrote);
  }
  return begin;
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  for (std::size_t done = 0; done < bytes.size();) {
    const ::ssize_t got =
        ::pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    require(got > 0, "cannot read a temporary file in '{}': {}", folder_,
            got < 0 ? std::strerror(errno) : "it is shorter than it was");
    done += static_cast<std::size_t>(got);
  }
}

std::string ScratchFile::path() const { return fmt::format("/proc/self/fd/{}", fd_); }

}  // namespace dlt::ngram
