#include "data/tokens.h"

#include <algorithm>
#include <cstring>
#include <unistd.h>

#include "base/error.h"
#include "base/rng.h"

namespace dlt::data {
namespace {

// First in a token file, before the ids.
struct Header {
  char magic[8] = {'d', 'l', 't', 't', 'o', 'k', '1', '\n'};
  std::uint64_t source = 0;  // hash of text and tokenizer
  std::int64_t count = 0;
  std::int64_t width = 0;  // bytes of one id
};

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    hash = mix(hash ^ word) + 0x9E3779B97F4A7C15ull;
  }
  return derive(hash, text.substr(i));
}

int width_for(std::int64_t vocab) { return vocab <= 1 << 8 ? 1 : vocab <= 1 << 16 ? 2 : 4; }

std::vector<std::byte> packed(const std::vector<std::int32_t>& ids, int width) {
  std::vector<std::byte> bytes(ids.size() * static_cast<std::size_t>(width));
  std::byte* at = bytes.data();
  for (std::int32_t id : ids) {  // little-endian, as every machine dlt runs on
    std::memcpy(at, &id, static_cast<std::size_t>(width));
    at += width;
  }
  return bytes;
}

bool exists(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

bool holds(const MappedFile& file, const Header& wanted, Header& found) {
  if (file.bytes().size() < sizeof(Header)) return false;
  std::memcpy(&found, file.bytes().data(), sizeof(Header));
  return std::memcmp(found.magic, wanted.magic, sizeof found.magic) == 0 &&
         found.source == wanted.source && found.width == wanted.width && found.count >= 0 &&
         file.bytes().size() ==
             sizeof(Header) + static_cast<std::size_t>(found.count * found.width);
}

}  // namespace

Tokens Tokens::of_bytes(MappedFile file, std::size_t begin, std::size_t end) {
  Tokens t;
  t.file_ = std::move(file);
  t.bytes_ = t.file_.bytes().data() + begin;
  t.size_ = static_cast<std::int64_t>(end - begin);
  return t;
}

Tokens Tokens::of_ids(const std::vector<std::int32_t>& ids, std::int64_t vocab) {
  Tokens t;
  t.width_ = width_for(vocab);
  t.own_ = packed(ids, t.width_);
  t.bytes_ = t.own_.data();
  t.size_ = static_cast<std::int64_t>(ids.size());
  return t;
}

Tokens Tokens::encoded(std::string_view text, const text::Tokenizer& tokenizer,
                       const std::string& path) {
  Header header;
  header.source = derive(hash_of(text), hash_of(tokenizer.json()));
  header.width = width_for(tokenizer.size());
  Header found;
  Tokens t;
  if (!path.empty() && exists(path) && holds(MappedFile(path, Exit::failed), header, found)) {
    t.size_ = found.count;
    t.width_ = static_cast<int>(found.width);
    t.map(path);
    return t;
  }
  t = of_ids(tokenizer.encode(text), tokenizer.size());
  t.source_ = header.source;
  if (!path.empty()) t.keep(path);
  return t;
}

void Tokens::keep(const std::string& path) {
  if (source_ == 0) return;  // it lies in a file already
  Header header;
  header.source = source_;
  header.count = size_;
  header.width = width_;
  NewFile file(path);
  file.write(&header, sizeof header);
  file.write(own_.data(), own_.size());
  file.commit();
  map(path);
  own_ = {};
  source_ = 0;
}

void Tokens::map(const std::string& path) {
  file_ = MappedFile(path, Exit::failed);
  bytes_ = file_.bytes().data() + sizeof(Header);
}

TokenBatch random_windows(const Tokens& tokens, std::int64_t batch, std::int64_t time,
                          std::uint64_t seed) {
  require(tokens.size() > time, "{} tokens are too few for windows of {} + 1", tokens.size(), time);
  Rng rng(seed);
  std::vector<std::int32_t> input, target;
  input.reserve(static_cast<std::size_t>(batch * time));
  target.reserve(static_cast<std::size_t>(batch * time));
  for (std::int64_t b = 0; b < batch; ++b) {
    const auto begin =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(tokens.size() - time)));
    for (std::int64_t t = begin; t < begin + time; ++t) {
      input.push_back(tokens[t]);
      target.push_back(tokens[t + 1]);
    }
  }
  return {Indices({batch, time}, std::move(input)), Indices({batch, time}, std::move(target))};
}

std::int64_t count_windows(const Tokens& tokens, std::int64_t time) {
  return tokens.size() < 2 ? 0 : (tokens.size() - 1 + time - 1) / time;
}

TokenBatch windows_in_order(const Tokens& tokens, std::int64_t first, std::int64_t batch,
                            std::int64_t time) {
  std::vector<std::int32_t> input, target;
  const std::int64_t last = tokens.size() - 1;
  for (std::int64_t t = first * time; t < (first + batch) * time; ++t) {
    input.push_back(t < last ? tokens[t] : 0);
    target.push_back(t < last ? tokens[t + 1] : -1);
  }
  return {Indices({batch, time}, std::move(input)), Indices({batch, time}, std::move(target))};
}

}  // namespace dlt::data
