#include "io/idx.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <zlib.h>

#include "base/error.h"
#include "base/system.h"

namespace dlt::io {
namespace {

// Bytes of a file, unpacked if it is packed.
class Unpacked {
 public:
  explicit Unpacked(const std::string& path)
      : path_(path), file_(::gzopen(path.c_str(), "rb"), ::gzclose) {
    require(file_ != nullptr, Exit::data, "cannot open '{}': {}", path, std::strerror(errno));
  }

  // Up to `count` bytes; fewer only at the end.
  std::size_t read(std::uint8_t* to, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
      const auto most = static_cast<unsigned>(std::min<std::size_t>(count - done, 1 << 20));
      const int got = ::gzread(file_.get(), to + done, most);
      int problem = Z_OK;
      const char* reason = ::gzerror(file_.get(), &problem);
      if (got < 0 || problem == Z_BUF_ERROR) {
        if (problem == Z_ERRNO)
          fail(Exit::data, "cannot read '{}': {}", path_, std::strerror(errno));
        fail(Exit::data, "'{}': offset {}: the compressed data are damaged: {}", path_,
             offset_ + static_cast<std::int64_t>(done), without_path(reason));
      }
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    offset_ += static_cast<std::int64_t>(done);
    return done;
  }

  // Whether nothing follows, and packed data had their checksum and length behind them.
  bool at_end() {
    std::uint8_t extra = 0;
    if (read(&extra, 1) > 0) return false;
    const bool whole = ::gzclose(file_.release()) == Z_OK;
    require(whole, Exit::data,
            "'{}': offset {}: the compressed data are damaged: unexpected end of file", path_,
            offset_);
    return true;
  }

  std::int64_t offset() const { return offset_; }  // of the unpacked bytes read so far

 private:
  std::string_view without_path(std::string_view reason) const {
    const std::string prefix = path_ + ": ";
    if (reason.starts_with(prefix)) reason.remove_prefix(prefix.size());
    return reason;
  }

  const std::string& path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  std::int64_t offset_ = 0;
};

std::string_view type_name(std::uint8_t type) {
  switch (type) {
    case 0x09:
      return "signed bytes";
    case 0x0B:
      return "16-bit integers";
    case 0x0C:
      return "32-bit integers";
    case 0x0D:
      return "32-bit floats";
    case 0x0E:
      return "64-bit floats";
    default:
      return "of no known type";
  }
}

std::vector<std::int64_t> read_header(Unpacked& file, const std::string& path) {
  std::uint8_t head[4];
  const std::size_t got = file.read(head, 4);
  require(got == 4, Exit::data, "'{}': offset {}: the file ends inside the header", path, got);
  require(head[0] == 0 && head[1] == 0, Exit::data,
          "'{}': offset 0: an IDX file begins with two zero bytes, this one with 0x{:02X} 0x{:02X}",
          path, head[0], head[1]);
  require(head[2] == 0x08, Exit::data,
          "'{}': offset 2: elements are {} (0x{:02X}), unsigned bytes (0x08) are needed", path,
          type_name(head[2]), head[2]);
  require(head[3] > 0, Exit::data, "'{}': offset 3: the array has no axes", path);
  std::vector<std::int64_t> dims;
  for (int i = 0; i < head[3]; ++i) {
    std::uint8_t b[4];
    const std::int64_t at = file.offset();
    require(file.read(b, 4) == 4, Exit::data, "'{}': offset {}: the file ends inside the header",
            path, at);
    dims.push_back((std::int64_t{b[0]} << 24) | (b[1] << 16) | (b[2] << 8) | b[3]);
  }
  return dims;
}

}  // namespace

IdxFile read_idx(const std::string& path) {
  Unpacked file(path);
  IdxFile idx{read_header(file, path), {}};
  std::int64_t wanted = 1;
  for (std::int64_t n : idx.dims) {
    const bool fits =
        !__builtin_mul_overflow(wanted, n, &wanted) && wanted < (std::int64_t{1} << 40);
    require(fits, Exit::data, "'{}': offset 4: the sizes of the axes are too large", path);
  }
  require(wanted <= memory_bytes() / 2, Exit::data,
          "'{}': {} elements take more than half of this machine's memory", path, wanted);
  constexpr std::int64_t block = 1 << 20;  // the header's word alone is no reason for an allocation
  const std::int64_t begin = file.offset();
  for (std::int64_t left = wanted; left > 0;) {
    const auto before = idx.bytes.size();
    const auto more = static_cast<std::size_t>(std::min(left, block));
    idx.bytes.resize(before + more);
    const std::size_t got = file.read(idx.bytes.data() + before, more);
    require(got == more, Exit::data, "'{}': offset {}: the file ends after {} of {} elements", path,
            file.offset(), file.offset() - begin, wanted);
    left -= static_cast<std::int64_t>(got);
  }
  require(file.at_end(), Exit::data, "'{}': offset {}: bytes follow the last element", path,
          begin + wanted);
  return idx;
}

}  // namespace dlt::io
