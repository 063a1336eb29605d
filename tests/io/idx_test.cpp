#include "io/idx.h"

#include <catch2/catch.hpp>
#include <zlib.h>

#include "base/file.h"
#include "support/folder.h"
#include "support/model_files.h"

using namespace dlt;
using namespace std::string_literals;

namespace {

const std::string small = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "abcdef";

void refuses(const std::string& bytes, const std::string& why) {
  const test::Folder folder;
  write_file(folder / "f", bytes);
  CHECK(test::message(folder, Exit::data, [&] { io::read_idx(folder / "f"); }) ==
        "'DIR/f': " + why);
}

}  // namespace

TEST_CASE("IDX files are read, plain or packed", "[io]") {
  const test::Folder folder;
  write_file(folder / "plain", small);
  const gzFile packed = ::gzopen((folder / "packed").c_str(), "wb");
  ::gzwrite(packed, small.data(), static_cast<unsigned>(small.size()));
  ::gzclose(packed);
  for (const char* name : {"plain", "packed"}) {
    const io::IdxFile idx = io::read_idx(folder / name);
    CHECK(idx.dims == std::vector<std::int64_t>{2, 3});
    CHECK(idx.bytes == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
  }
}

TEST_CASE("what is wrong with an IDX file is said with its offset", "[io]") {
  refuses("", "offset 0: the file ends inside the header");
  refuses("\0\0\x08\x02\0\0"s, "offset 4: the file ends inside the header");
  refuses("hello", "offset 0: an IDX file begins with two zero bytes, this one with 0x68 0x65");
  refuses("\0\0\x0D\x01\0\0\0\x01????"s,
          "offset 2: elements are 32-bit floats (0x0D), unsigned bytes (0x08) are needed");
  refuses("\0\0\x08\0"s, "offset 3: the array has no axes");
  refuses("\0\0\x08\x03\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
          "offset 4: the sizes of the axes are too large");
  refuses(small.substr(0, 16), "offset 16: the file ends after 4 of 6 elements");
  refuses(small + "g", "offset 18: bytes follow the last element");
  CHECK(test::failure([] { io::read_idx("nope"); }, Exit::data) ==
        "cannot open 'nope': No such file or directory");
}

TEST_CASE("damaged gzip data are refused, wherever the damage is", "[io]") {
  const test::Folder folder;
  const gzFile packed = ::gzopen((folder / "f").c_str(), "wb");
  ::gzwrite(packed, small.data(), static_cast<unsigned>(small.size()));
  ::gzclose(packed);
  const std::string whole = read_file(folder / "f", Exit::data);
  for (std::size_t length = 10; length < whole.size(); ++length) {
    write_file(folder / "f", whole.substr(0, length));
    CHECK_THROWS_AS(io::read_idx(folder / "f"), Error);
  }
  std::string torn = whole;
  torn[torn.size() - 8] ^= 1;  // the checksum
  write_file(folder / "f", torn);
  CHECK_THAT(test::message(folder, Exit::data, [&] { io::read_idx(folder / "f"); }),
             Catch::StartsWith("'DIR/f': offset ") &&
                 Catch::Contains("the compressed data are damaged: "));
}
