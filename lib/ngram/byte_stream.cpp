#include "ngram/byte_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.h"

namespace dlt::ngram {

// Decompression of one member after the other.
struct ByteStream::Gzip {
  Gzip() {
    constexpr int gzip_window = 15 + 16;
    require(::inflateInit2(&state, gzip_window) == Z_OK, "cannot decompress: out of memory");
  }
  ~Gzip() { ::inflateEnd(&state); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  z_stream state{};
  std::array<char, 1 << 17> in;
  bool between = true;  // members
};

ByteStream::ByteStream(const std::string& name) : name_(name) {
  fd_ = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  require(fd_ >= 0, Exit::data, "cannot read '{}': {}", name, std::strerror(errno));
}

ByteStream::~ByteStream() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

std::size_t ByteStream::fetch(char* to, std::size_t count) {
  for (;;) {
    const ssize_t got = ::read(fd_, to, count);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, Exit::data, "cannot read '{}': {}", name_, std::strerror(errno));
    return static_cast<std::size_t>(got);
  }
}

bool ByteStream::ready() const {
  if (!begun_ || !begin_.empty() || (gzip_ && gzip_->state.avail_in > 0)) return true;
  pollfd one = {fd_, POLLIN, 0};
  return ::poll(&one, 1, 0) != 0;
}

std::size_t ByteStream::read(char* to, std::size_t count) {
  constexpr std::string_view gzip = "\x1f\x8b";
  while (!begun_) {  // until it can be told what this is
    std::array<char, 1 << 12> some;
    const std::size_t got = fetch(some.data(), some.size());
    begin_.append(some.data(), got);
    const std::size_t seen = std::min(begin_.size(), gzip.size());
    begun_ = got == 0 || seen == gzip.size() || begin_ != gzip.substr(0, seen);
    if (!begun_ || !begin_.starts_with(gzip)) continue;
    gzip_ = std::make_unique<Gzip>();
    gzip_->state.avail_in = static_cast<uInt>(begin_.copy(gzip_->in.data(), begin_.size()));
    gzip_->state.next_in = reinterpret_cast<Bytef*>(gzip_->in.data());
    begin_.clear();
  }
  if (gzip_) return inflate(to, count);
  if (begin_.empty()) return fetch(to, count);
  const std::size_t got = begin_.copy(to, count);
  begin_.erase(0, got);
  return got;
}

std::size_t ByteStream::inflate(char* to, std::size_t count) {
  z_stream& z = gzip_->state;
  z.next_out = reinterpret_cast<Bytef*>(to);
  z.avail_out = static_cast<uInt>(std::min(count, std::size_t{1} << 30));
  const uInt room = z.avail_out;
  while (z.avail_out == room) {
    if (z.avail_in == 0) {
      z.avail_in = static_cast<uInt>(fetch(gzip_->in.data(), gzip_->in.size()));
      z.next_in = reinterpret_cast<Bytef*>(gzip_->in.data());
      if (z.avail_in == 0 && gzip_->between) return 0;
      require(z.avail_in != 0, Exit::data, "cannot read '{}': the compressed data end early",
              name_);
    }
    gzip_->between = false;
    const int code = ::inflate(&z, Z_NO_FLUSH);
    require(code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR, Exit::data,
            "cannot read '{}': {}", name_,
            z.msg != nullptr ? z.msg : "the compressed data are damaged");
    if (code != Z_STREAM_END) continue;
    ::inflateReset(&z);
    gzip_->between = true;
  }
  return room - z.avail_out;
}

}  // namespace dlt::ngram
