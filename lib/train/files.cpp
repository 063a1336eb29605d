#include "train/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace dlt::train {
namespace fs = std::filesystem;
namespace {

void check(const std::error_code& problem, std::string_view doing, const std::string& path) {
  require(!problem, "cannot {} '{}': {}", doing, path, problem.message());
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    require(fd_ >= 0, "cannot open '{}': {}", path, std::strerror(errno));
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int fd() const { return fd_; }
  void flush() const {  // EINVAL: not a thing that can be flushed
    const bool flushed = ::fsync(fd_) == 0 || errno == EINVAL;
    require(flushed, "cannot write '{}': {}", path_, std::strerror(errno));
  }

 private:
  std::string path_;
  int fd_;
};

void flush_folder(const std::string& path) { Descriptor(path, O_RDONLY | O_DIRECTORY).flush(); }

std::string parent_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent;
}

void rename(const std::string& from, const std::string& to) {
  std::error_code problem;
  fs::rename(from, to, problem);
  check(problem, "write", to);
}

// Removes a folder unless told that it is wanted.
struct Removal {
  std::string path;
  bool wanted = false;
  ~Removal() {
    std::error_code ignored;
    if (!wanted) fs::remove_all(path, ignored);
  }
};

}  // namespace

FolderLock::FolderLock(const std::string& folder)
    : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  require(fd_ >= 0, "cannot open '{}': {}", folder, std::strerror(errno));
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;  // not every disk can
  ::close(fd_);
  fail(Exit::usage, "another dlt is writing the run in '{}': wait for it, or give another --out",
       folder);
}

FolderLock::~FolderLock() { ::close(fd_); }

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  if (!exists(folder)) return names;
  std::error_code problem;
  fs::directory_iterator entry(folder, problem);
  check(problem, "read the folder", folder);
  for (; entry != fs::directory_iterator(); entry.increment(problem)) {
    names.push_back(entry->path().filename());
  }
  check(problem, "read the folder", folder);
  std::ranges::sort(names);
  return names;
}

std::string name_of_folder(const std::string& path) {
  const auto whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole.filename() : whole.parent_path().filename();
}

void make_folders(const std::string& path) {
  std::error_code problem;
  fs::create_directories(path, problem);
  check(problem, "make the folder", path);
}

void remove_all(const std::string& path) {
  std::error_code problem;
  fs::remove_all(path, problem);
  check(problem, "remove", path);
}

void append(const std::string& path, std::string_view text) {
  const Descriptor file(path, O_WRONLY | O_APPEND | O_CREAT);
  struct stat before {};
  const bool known = ::fstat(file.fd(), &before) == 0;
  require(known, "cannot write '{}': {}", path, std::strerror(errno));
  while (!text.empty()) {
    const ssize_t done = ::write(file.fd(), text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      const std::string reason = std::strerror(errno);
      const bool undone = ::ftruncate(file.fd(), before.st_size) == 0;
      fail("cannot write '{}': {}{}", path, reason, undone ? "" : ", its last line may be torn");
    }
    text.remove_prefix(static_cast<std::size_t>(done));
  }
}

void point(const std::string& link, const std::string& target) {
  const std::string fresh = link + ".partial";
  remove_all(fresh);
  std::error_code problem;
  fs::create_symlink(target, fresh, problem);
  check(problem, "write", link);
  rename(fresh, link);
  flush_folder(parent_of(link));
}

std::string target_of(const std::string& link) {
  std::error_code ignored;
  return fs::read_symlink(link, ignored);
}

void make_whole(const std::string& path, const std::function<void(const std::string&)>& fill) {
  Removal fresh{path + ".partial"};
  remove_all(fresh.path);
  make_folders(fresh.path);
  fill(fresh.path);
  flush_folder(fresh.path);
  Removal old{path + ".old"};
  if (exists(path)) {
    remove_all(old.path);
    rename(path, old.path);
    old.wanted = true;
  }
  rename(fresh.path, path);
  fresh.wanted = true;
  old.wanted = false;
  flush_folder(parent_of(path));
}

}  // namespace dlt::train
