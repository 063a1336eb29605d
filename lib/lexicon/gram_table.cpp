#include "lexicon/gram_table.h"

#include "ngram/vocabulary.h"

namespace dlt::lexicon {
namespace {

constexpr std::uint64_t low_half = 0xFFFFFFFF;

}  // namespace

// The slot of that string, or the free one where it belongs.
std::size_t GramTable::place(std::string_view wanted, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i] != 0; i = (i + 1) & mask) {
    const bool may_be = ((slots_[i] ^ hash) & ~low_half) == 0;
    if (may_be && gram(static_cast<std::uint32_t>((slots_[i] & low_half) - 1)) == wanted) break;
  }
  return i;
}

std::uint32_t GramTable::add(std::string_view wanted) {
  const std::uint64_t hash = ngram::Vocabulary::hash(wanted);
  const std::size_t at = place(wanted, hash);
  if (slots_[at] != 0) return static_cast<std::uint32_t>((slots_[at] & low_half) - 1);
  const std::uint32_t number = size();
  slots_[at] = (hash & ~low_half) | (number + std::uint64_t{1});
  text_ += wanted;
  begins_.push_back(text_.size());
  if (2 * begins_.size() > slots_.size()) grow();
  return number;
}

std::uint32_t GramTable::find(std::string_view wanted) const {
  const std::uint64_t slot = slots_[place(wanted, ngram::Vocabulary::hash(wanted))];
  return slot == 0 ? absent : static_cast<std::uint32_t>((slot & low_half) - 1);
}

void GramTable::grow() {
  slots_.assign(2 * slots_.size(), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < size(); ++number) {
    const std::uint64_t hash = ngram::Vocabulary::hash(gram(number));
    std::size_t i = hash & mask;
    while (slots_[i] != 0) i = (i + 1) & mask;
    slots_[i] = (hash & ~low_half) | (number + std::uint64_t{1});
  }
}

}  // namespace dlt::lexicon
