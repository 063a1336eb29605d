#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/model.h"

// dlt's own model file, version 1. Little-endian; sections begin at multiples of 64 bytes, bytes
// between them are 0. V words, N n-grams of a level (V for level 1), C of the next level.
//
//   0    "dlt n-gram model"
//   16   u32  version
//   20   u32  order, 1 .. 9
//   24   u32  unit: 0 words, 1 chars, 2 bytes
//   28   u32  values: 0 exact, 1 quantized
//   32   f32  log10 back-off weight of contexts that are not stored
//   36   u32  S: number of sections
//   40   u64  bytes of the file
//   48   u64 x 9  n-grams of each length; 0 above the order
//   120  u64  0
//   128  S x { u32 kind, u32 level, u64 offset, u64 bytes }, in the order of the file
//        u32  CRC-32 (that of zlib) of all bytes before it
//
// Sections, by kind (level 0: of the whole model):
//   1  JSON: what the model was made of
//   2  the words end to end, id 0 first      3  V + 1 u64: where each begins, and the end
//   4  u64 slots of Vocabulary::Arrays, a power of two
// and for level n = 1 ..:
//   5  n >= 2: first words, packed, N numbers of ceil(log2 V) bits
//   6  n < order: first children, packed, N + 1 numbers of as many bits as C has
//   7  N f32 log10 p                         8  n < order: N f32 log10 back-off weights
//   9, 10  in their place from level 2 on if quantized: 256 f32, then N u8 indices of them
//   11  last: S - 1 u32, CRC-32 of the other sections; then the CRC-32 of those numbers
// Packed numbers begin at the lowest bit of the first byte; a section of n of them has
// ceil(n bits / 64) + 1 times 8 bytes.
namespace dlt::ngram {

enum class Kind : std::uint32_t {
  made = 1,
  text,
  begins,
  slots,
  words,
  first,
  log10_p,
  log10_bow,
  p_codes,
  bow_codes,
  checksums
};

struct Section {
  Kind kind = Kind::made;
  std::uint32_t level = 0;
  std::uint64_t offset = 0, bytes = 0;
};

constexpr std::string_view model_magic = "dlt n-gram model";
constexpr std::uint32_t model_version = 1;
constexpr std::size_t table_bytes = 256 * sizeof(float);  // in front of codes

// All that stands before the first section, with the sizes of everything behind it.
struct FileHeader {
  int order = 0;
  Unit unit = Unit::words;
  Values values = Values::exact;
  float absent_bow = 0;
  std::uint64_t bytes = 0;
  std::array<std::uint64_t, max_order> counts{};
  std::vector<Section> sections;

  int word_bits() const;
  int first_bits(int n) const;
  // The sections that such a model has, one behind the other; of those kinds whose size does not
  // follow from the header: `made`, `text` and `slots` bytes.
  void lay_out(std::uint64_t made, std::uint64_t text, std::uint64_t slots);
};

std::vector<std::byte> header_bytes(const FileHeader& header);
// Exit::damaged, naming the file, if it is no header or not that of a file of these bytes. With
// it every section lies inside of the file and has the size that its numbers need.
FileHeader read_header(std::span<const std::byte> file, const std::string& name);

std::uint64_t packed_bytes(std::uint64_t count, int bits);
std::string section_name(const Section& section);

FileHeader header_of(const Tables& tables, Values values);
// All bytes of the file, front to back, in large blocks.
using Sink = std::function<void(std::span<const std::byte>)>;
void write_file_of(const Tables& tables, const FileHeader& header, const Sink& sink);

// The model in the bytes that `owner` keeps.
Model model_at(std::span<const std::byte> file, std::shared_ptr<const void> owner,
               const std::string& name);

}  // namespace dlt::ngram
