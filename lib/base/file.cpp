#include "base/file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dlt {
namespace {

struct Descriptor {
  explicit Descriptor(int value) : fd(value) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

// Of what failed before the statement in which this is called: arguments have no order.
std::string reason() { return std::strerror(errno); }

std::size_t open_size(const Descriptor& file, const std::string& path, Exit exit) {
  require(file.fd >= 0, exit, "cannot open '{}': {}", path, reason());
  struct stat info {};
  const bool known = ::fstat(file.fd, &info) == 0;
  require(known, exit, "cannot read '{}': {}", path, reason());
  require(!S_ISDIR(info.st_mode), exit, "cannot read '{}': it is a folder, a file is needed", path);
  return static_cast<std::size_t>(info.st_size);
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// The file that a link leads to; without a link, or with one that leads nowhere, the path itself.
std::string followed(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  return real != nullptr ? real.get() : path;
}

}  // namespace

std::string read_file(const std::string& path, Exit exit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  text.reserve(open_size(file, path, exit) + 1);
  for (char buffer[1 << 16];;) {  // not only size bytes: pipes have none
    const ssize_t got = ::read(file.fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, exit, "cannot read '{}': {}", path, reason());
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat one {
  }, other{};
  if (::stat(a.c_str(), &one) != 0 || ::stat(b.c_str(), &other) != 0) return a == b;
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && S_ISREG(one.st_mode);
}

NewFile::NewFile(std::string path) : path_(std::move(path)) {
  struct stat info {};
  const bool exists = ::stat(path_.c_str(), &info) == 0;
  require(!exists || !S_ISDIR(info.st_mode),
          "cannot write '{}': it is a folder, the name of a file is needed", path_);
  if (path_ == "/dev/stdout") {
    fd_ = ::dup(STDOUT_FILENO);  // with its position, should it be a file
  } else if (exists && !S_ISREG(info.st_mode)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    target_ = followed(path_);
    fd_ = ::open(partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  require(fd_ >= 0, "cannot write '{}': {}", path_, reason());
}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!target_.empty()) ::unlink(partial().c_str());
}

void NewFile::write(const void* bytes, std::size_t count) {
  const char* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t done = ::write(fd_, from, count);
    if (done < 0 && errno == EINTR) continue;
    require(done > 0, "cannot write '{}': {}", path_, reason());
    from += done;
    count -= static_cast<std::size_t>(done);
  }
}

void NewFile::commit() {
  if (!target_.empty()) {
    const bool flushed = ::fsync(fd_) == 0 || errno == EINVAL;
    require(flushed, "cannot write '{}': {}", path_, reason());
    const bool renamed = ::rename(partial().c_str(), target_.c_str()) == 0;
    require(renamed, "cannot write '{}': {}", path_, reason());
  }
  ::close(std::exchange(fd_, -1));
  if (target_.empty()) return;
  const Descriptor folder(::open(parent_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd >= 0) ::fsync(folder.fd);  // so that the new name survives a power cut too
}

void write_file(const std::string& path, std::string_view text) {
  NewFile file(path);
  file.write(text);
  file.commit();
}

MappedFile::MappedFile(const std::string& path, Exit exit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::size_t size = open_size(file, path, exit);
  if (size == 0) {
    struct stat info {};
    ::fstat(file.fd, &info);
    require(S_ISREG(info.st_mode), exit, "cannot read '{}': it is not a regular file", path);
    return;
  }
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  require(at != MAP_FAILED, exit, "cannot map '{}': {}", path, reason());
  bytes_ = {static_cast<const std::byte*>(at), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace dlt
