#include "io/file_bytes.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <zlib.h>

namespace dlt::io {
namespace {

std::string unpack(const std::string& path, Exit exit) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(::gzopen(path.c_str(), "rb"), ::gzclose);
  require(file != nullptr, exit, "cannot read '{}': {}", path, std::strerror(errno));
  ::gzbuffer(file.get(), 1 << 17);
  std::string all;
  for (constexpr std::size_t piece = 1 << 20;;) {
    const std::size_t before = all.size();
    if (all.capacity() < before + piece) all.reserve(2 * before + piece);
    all.resize(before + piece);
    const int got = ::gzread(file.get(), all.data() + before, piece);
    int code = Z_OK;
    const char* reason = ::gzerror(file.get(), &code);
    require(got >= 0 && (code == Z_OK || code == Z_STREAM_END), exit, "cannot read '{}': {}", path,
            code == Z_ERRNO       ? std::strerror(errno)
            : code == Z_BUF_ERROR ? "the compressed data end early"
                                  : reason);
    all.resize(before + static_cast<std::size_t>(got));
    if (got == 0) return all;
  }
}

}  // namespace

FileBytes::FileBytes(const std::string& path, Exit exit) : map_(path, exit) {
  unpacked_ = map_.text().starts_with("\x1f\x8b");
  if (unpacked_) text_ = unpack(path, exit);
}

}  // namespace dlt::io
