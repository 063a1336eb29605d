#include "embed/word2vec_text.h"

#include <algorithm>

#include "base/rng.h"
#include "embed/sampler.h"

namespace dlt::embed {
namespace {

void add_windows(Excerpt& e, std::size_t begin, std::uint64_t most) {
  const std::size_t end = e.words.size();
  if (end - begin < 2) {
    e.words.resize(begin);
    e.offsets.resize(begin);
    e.draws.resize(begin);
    return;
  }
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t width = 1 + (((e.draws[i] >> 32) * most) >> 32);
    const std::size_t left = i - begin > width ? i - width : begin;
    const std::size_t right = std::min(end, i + width + 1);
    e.windows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(left),
                         static_cast<std::uint32_t>(right)});
  }
}

}  // namespace

std::int64_t excerpt_end(std::span<const std::uint32_t> tokens, std::int64_t begin) {
  constexpr std::int64_t more = 1000;
  const auto size = static_cast<std::int64_t>(tokens.size());
  const std::int64_t least = std::min(size, begin + excerpt_tokens);
  const std::int64_t most = std::min(size, least + more);
  for (std::int64_t end = least; end < most; ++end) {
    if (tokens[end - 1] == line_end) return end;
  }
  return most == size ? size : least;
}

std::vector<std::uint32_t> keep_thresholds(const Corpus& corpus, double sample) {
  std::vector<std::uint32_t> keep;
  for (const std::int64_t count : corpus.counts) {
    const double f = static_cast<double>(count) / static_cast<double>(corpus.total);
    const double of_all = keep_probability(f, sample) * 0x1p32;
    keep.push_back(static_cast<std::uint32_t>(std::max(of_all, 1.0) - 1));
  }
  return keep;
}

void draw(Excerpt& e, std::span<const std::uint32_t> tokens, std::span<const std::uint32_t> keep,
          std::int64_t most) {
  e.read = 0;
  e.words.clear();
  e.offsets.clear();
  e.draws.clear();
  e.windows.clear();
  std::size_t line = 0;
  const auto width = static_cast<std::uint64_t>(most);
  for (std::int64_t p = e.begin; p < e.end; ++p) {
    const std::uint32_t word = tokens[p];
    if (word == line_end) {
      add_windows(e, line, width);
      line = e.words.size();
      continue;
    }
    ++e.read;
    const std::uint64_t bits = derive(e.seed, static_cast<std::uint64_t>(p));
    if (static_cast<std::uint32_t>(bits) > keep[word]) continue;
    e.words.push_back(word);
    e.offsets.push_back(static_cast<std::uint32_t>(p - e.begin));
    e.draws.push_back(bits);
  }
  add_windows(e, line, width);
}

}  // namespace dlt::embed
