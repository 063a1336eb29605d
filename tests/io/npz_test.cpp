#include "io/npz.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <zlib.h>

#include "base/file.h"
#include "support/folder.h"

using namespace dlt;

namespace {

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Member {
  std::string name, content;
};

// Walks a zip by its central directory, checking every field that is written twice.
std::vector<Member> unzip(const std::string& zip) {
  const std::size_t end = zip.size() - 22;
  REQUIRE(zip.substr(end, 4) == "PK\5\6");
  std::vector<Member> members;
  std::size_t entry = number(zip, end + 16, 4);
  CHECK(entry + number(zip, end + 12, 4) == end);
  for (std::uint64_t i = 0; i < number(zip, end + 10, 2); ++i) {
    REQUIRE(zip.substr(entry, 4) == "PK\1\2");
    const std::size_t name_size = number(zip, entry + 28, 2), local = number(zip, entry + 42, 4),
                      size = number(zip, entry + 24, 4);
    REQUIRE(zip.substr(local, 4) == "PK\3\4");
    CHECK(zip.substr(entry + 6, 26) == zip.substr(local + 4, 26));
    Member m{zip.substr(entry + 46, name_size), zip.substr(local + 30 + name_size, size)};
    const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(m.content.data()), size);
    CHECK(crc == number(zip, entry + 16, 4));
    members.push_back(std::move(m));
    entry += 46 + name_size;
  }
  CHECK(entry == end);
  return members;
}

}  // namespace

TEST_CASE("an npz is a zip of npy arrays that are 64-byte aligned inside", "[io][npz]") {
  const test::Folder folder;
  io::write_npz(folder / "a.npz", {{"layers.0.weight", Tensor::from({2, 1}, {1, -2})},
                                   {"bias", Tensor::from({1}, {3})},
                                   {"scale", Tensor::from({}, {4})}});
  CHECK(folder.list() == std::vector<std::string>{"a.npz"});
  const auto members = unzip(read_file(folder / "a.npz", Exit::failed));
  REQUIRE(members.size() == 3);
  CHECK(members[0].name == "bias.npy");
  CHECK(members[1].name == "layers.0.weight.npy");

  const std::string& npy = members[1].content;
  CHECK(npy.substr(0, 8) == std::string("\x93NUMPY\1\0", 8));
  const std::size_t start = 10 + number(npy, 8, 2);
  CHECK(start % 64 == 0);
  const std::string dict = npy.substr(10, start - 10);
  CHECK(dict.find(sizeof(real) == 4 ? "'descr': '<f4'" : "'descr': '<f8'") != dict.npos);
  CHECK(dict.find("'shape': (2, 1, )") != dict.npos);
  CHECK(dict.back() == '\n');
  const real values[] = {1, -2};
  CHECK(npy.substr(start) == std::string(reinterpret_cast<const char*>(values), sizeof values));
  CHECK(members[2].content.find("'shape': ()") != npy.npos);
}

TEST_CASE("an npz of nothing is an empty zip", "[io][npz]") {
  const test::Folder folder;
  io::write_npz(folder / "a.npz", {});
  CHECK(unzip(read_file(folder / "a.npz", Exit::failed)).empty());
}

TEST_CASE("npz files are read back, and damaged ones refused", "[io][npz]") {
  const test::Folder folder;
  const auto path = folder / "weights.npz";
  io::write_npz(path, {{"a", Tensor::from({2, 2}, {1, 2, 3, 4})},
                       {"b", Tensor::from({}, {5})},
                       {"none", Tensor::zeros({0, 3})}});
  const auto all = io::read_npz(path);
  CHECK(all.size() == 3);
  CHECK(all.at("a").shape() == Shape{2, 2});
  CHECK(all.at("a").data()[3] == 4);
  CHECK(all.at("b").item() == 5);
  CHECK(all.at("none").shape() == Shape{0, 3});

  const std::string whole = read_file(path, Exit::failed);
  const std::string expected = "'" + path + "' is damaged, or no .npz that dlt has written";
  for (std::size_t kept : {0, 3, 40, 150, 200}) {
    write_file(path, whole.substr(0, kept));
    CHECK_THROWS_WITH(io::read_npz(path), expected);
  }
  std::string flipped = whole;
  flipped[40] ^= 1;
  write_file(path, flipped);
  CHECK_THROWS_WITH(io::read_npz(path), expected);
}
