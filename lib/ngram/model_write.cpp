#include <cstring>
#include <zlib.h>

#include "base/file.h"
#include "base/parallel.h"
#include "ngram/model_file.h"
#include "ngram/quantize.h"

namespace dlt::ngram {
namespace {

using Bytes = std::span<const std::byte>;

template <class T>
Bytes as_bytes(const T& values) {
  return std::as_bytes(std::span(values.data(), values.size()));
}

// CRC-32 of all that was added, by several threads.
class Checksum {
 public:
  void add(Bytes bytes) {
    constexpr std::size_t chunk = 1 << 18;
    const std::size_t chunks = (bytes.size() + chunk - 1) / chunk;
    std::vector<unsigned long> parts(chunks);
    const auto part = [&](std::size_t c) {
      return bytes.subspan(c * chunk, std::min(chunk, bytes.size() - c * chunk));
    };
    parallel_for(static_cast<std::int64_t>(chunks), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto c = static_cast<std::size_t>(begin); c < static_cast<std::size_t>(end); ++c) {
        parts[c] =
            ::crc32_z(0, reinterpret_cast<const unsigned char*>(part(c).data()), part(c).size());
      }
    });
    for (std::size_t c = 0; c < chunks; ++c) {
      crc_ = ::crc32_combine(crc_, parts[c], static_cast<z_off_t>(part(c).size()));
    }
  }
  std::uint32_t value() const { return static_cast<std::uint32_t>(crc_); }

 private:
  unsigned long crc_ = 0;
};

// Puts values end to end, lowest bit first, in whole words.
template <class Get>
void pack(std::uint64_t* to, std::uint64_t begin, std::uint64_t end, unsigned bits,
          const Get& get) {
  std::uint64_t word = 0;
  unsigned filled = 0;
  for (std::uint64_t i = begin; i < end; ++i) {
    const std::uint64_t value = get(i);
    word |= value << filled;
    filled += bits;
    if (filled < 64) continue;
    *to++ = word;
    filled -= 64;
    word = filled == 0 ? 0 : value >> (bits - filled);
  }
  if (filled != 0) *to = word;
}

// The file as it grows.
class Output {
 public:
  Output(const FileHeader& header, const Sink& sink) : header_(header), sink_(sink) {
    const auto bytes = header_bytes(header);
    put(bytes);
  }

  // The next section, in pieces that `fill` hands to its argument.
  template <class Fill>
  void section(const Fill& fill) {
    const Section& section = header_.sections[checksums_.size()];
    const std::vector<std::byte> gap(section.offset - at_);
    put(gap);
    Checksum checksum;
    fill([&](Bytes bytes) {
      for (; !bytes.empty(); bytes = bytes.subspan(std::min(block, bytes.size()))) {
        const Bytes now = bytes.first(std::min(block, bytes.size()));
        checksum.add(now);
        put(now);
      }
    });
    checksums_.push_back(checksum.value());
  }

  void raw(Bytes bytes) {
    section([&](const auto& add) { add(bytes); });
  }

  template <class Get>
  void packed(std::uint64_t count, int bits, const Get& get) {
    section([&](const auto& add) {
      // A chunk fills whole words: 64 numbers always do.
      constexpr std::uint64_t chunk = 1 << 15, chunks = 64;
      const auto chunk_words = chunk / 64 * static_cast<std::uint64_t>(bits);
      std::vector<std::uint64_t> words(chunks * chunk_words);
      for (std::uint64_t at = 0; at < count; at += chunks * chunk) {
        const std::uint64_t stop = std::min(count, at + chunks * chunk);
        const auto parts = static_cast<std::int64_t>((stop - at + chunk - 1) / chunk);
        parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
          for (auto c = static_cast<std::uint64_t>(begin); c < static_cast<std::uint64_t>(end);
               ++c) {
            const std::uint64_t from = at + c * chunk;
            pack(words.data() + c * chunk_words, from, std::min(stop, from + chunk),
                 static_cast<unsigned>(bits), get);
          }
        });
        add(as_bytes(words).first(packed_bytes(stop - at, bits) - 8));
      }
      constexpr std::array<std::uint64_t, 1> pad{};
      add(as_bytes(pad));
    });
  }

  void values(std::span<const float> values, bool codes, std::span<const float> exact) {
    if (!codes) return raw(std::as_bytes(values));
    section([&](const auto& add) {
      const Quantizer quantizer(values, exact);
      add(as_bytes(quantizer.table()));
      std::vector<std::uint8_t> some(std::min(block, values.size()));
      for (std::size_t at = 0; at < values.size(); at += block) {
        const auto count = std::min(block, values.size() - at);
        parallel_for(static_cast<std::int64_t>(count), 1 << 14,
                     [&](std::int64_t begin, std::int64_t end) {
                       for (auto i = static_cast<std::size_t>(begin);
                            i < static_cast<std::size_t>(end); ++i) {
                         some[i] = quantizer.code(values[at + i]);
                       }
                     });
        add(as_bytes(some).first(count));
      }
    });
  }

  void finish() {
    const std::vector<std::byte> gap(header_.sections.back().offset - at_);
    put(gap);
    Checksum checksum;
    checksum.add(as_bytes(checksums_));
    checksums_.push_back(checksum.value());
    put(as_bytes(checksums_));
  }

 private:
  static constexpr std::size_t block = 1 << 22;

  void put(Bytes bytes) {
    if (bytes.empty()) return;
    sink_(bytes);
    at_ += bytes.size();
  }

  const FileHeader& header_;
  const Sink& sink_;
  std::uint64_t at_ = 0;
  std::vector<std::uint32_t> checksums_;
};

// What quantizing must not change: impossible, no context, no part of the model.
constexpr std::array<float, 1> exact_p = {log_zero};
constexpr std::array<float, 2> exact_bow = {0.0F, -0.0F};

}  // namespace

FileHeader header_of(const Tables& tables, Values values) {
  FileHeader header;
  header.order = tables.order();
  header.unit = tables.about.unit;
  header.values = values;
  header.absent_bow = tables.about.absent_bow;
  for (std::size_t n = 0; n < tables.levels.size(); ++n) {
    header.counts[n] = tables.levels[n].log10_p.size();
  }
  const auto& arrays = tables.vocabulary.arrays();
  header.lay_out(tables.about.made.size(), arrays.text.size(), arrays.slots.size() * 8);
  return header;
}

void write_file_of(const Tables& tables, const FileHeader& header, const Sink& sink) {
  Output out(header, sink);
  const auto& arrays = tables.vocabulary.arrays();
  out.raw(as_bytes(tables.about.made));
  out.raw(as_bytes(arrays.text));
  out.raw(as_bytes(arrays.begins));
  out.raw(as_bytes(arrays.slots));
  const bool quantized = header.values == Values::quantized;
  for (int n = 1; n <= header.order; ++n) {
    const Level& level = tables.levels[static_cast<std::size_t>(n - 1)];
    if (n > 1) {
      out.packed(level.word.size(), header.word_bits(), [&](auto i) { return level.word[i]; });
      level.word.drop();
    }
    if (n < header.order) {
      out.packed(level.first.size(), header.first_bits(n), [&](auto i) { return level.first[i]; });
      level.first.drop();
    }
    out.values(level.log10_p.span(), quantized && n > 1, exact_p);
    level.log10_p.drop();
    if (n == header.order) continue;
    out.values(level.log10_bow.span(), quantized && n > 1, exact_bow);
    level.log10_bow.drop();
  }
  out.finish();
}

void write_model(const std::string& path, const Tables& tables, Values values) {
  NewFile file(path);
  write_file_of(tables, header_of(tables, values),
                [&](Bytes bytes) { file.write(bytes.data(), bytes.size()); });
  file.commit();
}

}  // namespace dlt::ngram
