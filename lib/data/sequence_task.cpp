#include <algorithm>

#include "base/rng.h"
#include "data/pair_set.h"
#include "data/text_source.h"

namespace dlt::data {
namespace {

enum class Become : std::uint8_t { copy, reverse, sort };

// Numbers 1 .. symbols; 0 fills up and symbols + 1 ends.
class SequenceTask : public PairSet {
 public:
  explicit SequenceTask(config::Reader& r);

  bool has_text() const override { return true; }
  TextPairs all() const override;
  PairSplit split(TextPairs all) const override;
  std::unique_ptr<text::Tokenizer> make_tokenizer(const TextPairs*) const override {
    return make_ids(symbols_ + 2);
  }
  bool keeps_tokenizer() const override { return false; }
  std::optional<Marks> marks() const override {
    return Marks{0, static_cast<std::int32_t>(symbols_ + 1)};
  }

 private:
  std::vector<std::int64_t> draw(Rng& rng) const;

  Become become_ = Become::copy;
  std::int64_t symbols_ = 10, length_ = 10, min_length_ = 0, first_ = 0;
  std::int64_t pairs_ = 10'000, valid_pairs_ = 500, seed_ = 1;
};

SequenceTask::SequenceTask(config::Reader& r) {
  constexpr std::int64_t most = 1 << 24;
  r.choice("task", become_,
           {{"copy", Become::copy}, {"reverse", Become::reverse}, {"sort", Become::sort}});
  r.field("symbols", symbols_, 1, most);
  r.field("length", length_, 1, 1 << 16);
  min_length_ = length_;
  r.field("min_length", min_length_, 1, length_);
  r.field("first", first_, 0, symbols_);  // what every sequence begins with; 0: anything
  r.field("pairs", pairs_, 1, most);
  r.field("valid_pairs", valid_pairs_, 0, most);
  r.field("seed", seed_, 0);
  longest = length_;
}

std::vector<std::int64_t> SequenceTask::draw(Rng& rng) const {
  const auto lengths = static_cast<std::uint64_t>(length_ - min_length_ + 1);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(min_length_) + rng.below(lengths));
  for (auto& n : numbers) {
    n = 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(symbols_)));
  }
  if (first_ > 0) numbers.front() = first_;
  return numbers;
}

std::string written(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t n : numbers) text += (text.empty() ? "" : " ") + std::to_string(n);
  return text;
}

TextPairs SequenceTask::all() const {
  TextPairs made;
  made.source_file = made.target_file = "data";
  for (std::int64_t i = 0; i < pairs_ + valid_pairs_; ++i) {
    Rng rng(derive(static_cast<std::uint64_t>(seed_), static_cast<std::uint64_t>(i)));
    auto numbers = draw(rng);
    std::string source = written(numbers);
    if (become_ == Become::reverse) std::ranges::reverse(numbers);
    if (become_ == Become::sort) std::ranges::sort(numbers);
    made.add(std::move(source), written(numbers), i + 1);
  }
  return made;
}

PairSplit SequenceTask::split(TextPairs all) const {
  PairSplit parts;
  for (TextPairs* part : {&parts.train, &parts.valid}) {
    part->source_file = part->target_file = all.source_file;
  }
  for (std::size_t i = 0; i < all.source.size(); ++i) {
    (all.lines[i] <= pairs_ ? parts.train : parts.valid)
        .add(std::move(all.source[i]), std::move(all.target[i]), all.lines[i]);
  }
  return parts;
}

}  // namespace

std::unique_ptr<PairSet> make_sequence_task(config::Reader& data) {
  return std::make_unique<SequenceTask>(data);
}

}  // namespace dlt::data
