#include <algorithm>

#include "base/error.h"
#include "data/example_set.h"
#include "data/pair_set.h"
#include "data/text_source.h"
#include "io/file_bytes.h"

namespace dlt::data {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

io::FileBytes open_text_file(const std::string& key, const std::string& path) {
  check_file(key, path);
  io::FileBytes file(path, Exit::data);
  text::check_text(file.text(), path);
  return file;
}

std::string joined(const TextPairs& pairs) {
  std::string text;
  for (const auto* side : {&pairs.source, &pairs.target}) {
    for (const std::string& line : *side) (text += line) += '\n';
  }
  return text;
}

class Parallel : public PairSet {
 public:
  explicit Parallel(config::Reader& r);

  bool has_text() const override { return !pairs_.empty() || !source_.empty(); }
  TextPairs all() const override {
    return pairs_.empty() ? read_parallel("data.source", source_, "data.target", target_)
                          : read_tsv("data.pairs", pairs_);
  }
  PairSplit split(TextPairs all) const override;
  std::unique_ptr<text::Tokenizer> make_tokenizer(const TextPairs* all) const override;
  bool keeps_tokenizer() const override { return tokenizer_.name != "ids"; }
  std::optional<Marks> marks() const override {
    const bool stands_in = !has_text() && (tokenizer_.name == "bpe" || tokenizer_.name == "chars");
    return stands_in ? Marks() : marks_;
  }

 private:
  std::string source_, target_, pairs_, valid_source_, valid_target_, valid_pairs_;
  double valid_fraction_ = 0.1;
  TokenizerConfig tokenizer_;
  std::optional<Marks> marks_;  // of ids
};

// Either both files, or one with both sides, or none.
void check_files(const config::Reader& r, const std::string& prefix, bool source, bool target,
                 bool pairs) {
  const std::string one = prefix + "source", other = prefix + "target", both = prefix + "pairs";
  if (pairs && (source || target)) {
    r.fail(both, fmt::format("give {} and {}, or {} alone", one, other, both));
  }
  if (source != target) {
    r.fail(source ? one : other, fmt::format("is of no use without {}", source ? other : one));
  }
}

Parallel::Parallel(config::Reader& r) {
  r.field("source", source_);
  r.field("target", target_);
  r.field("pairs", pairs_);
  r.field("valid_source", valid_source_);
  r.field("valid_target", valid_target_);
  r.field("valid_pairs", valid_pairs_);
  check_files(r, "", !source_.empty(), !target_.empty(), !pairs_.empty());
  check_files(r, "valid_", !valid_source_.empty(), !valid_target_.empty(), !valid_pairs_.empty());
  r.field("valid_fraction", valid_fraction_, 0, 0.9);
  r.field("longest", longest, 1, 1 << 24);
  auto tokenizer = r.child("tokenizer");
  tokenizer_ = TokenizerConfig::read_or(tokenizer, "bpe");
  if (tokenizer_.name != "ids") return;
  std::int64_t pad = 0, end = 1;
  tokenizer.field("pad", pad, 0, tokenizer_.vocab_size - 1);
  tokenizer.field("end", end, 0, tokenizer_.vocab_size - 1);
  if (pad == end) tokenizer.fail("end", "pad and end must be two ids");
  marks_ = Marks{static_cast<std::int32_t>(pad), static_cast<std::int32_t>(end)};
}

PairSplit Parallel::split(TextPairs all) const {
  if (!valid_pairs_.empty()) return {std::move(all), read_tsv("data.valid_pairs", valid_pairs_)};
  if (!valid_source_.empty()) {
    return {std::move(all),
            read_parallel("data.valid_source", valid_source_, "data.valid_target", valid_target_)};
  }
  PairSplit parts;
  for (TextPairs* part : {&parts.train, &parts.valid}) {
    part->source_file = all.source_file;
    part->target_file = all.target_file;
  }
  const auto out = held_out_members(all.size(), valid_fraction_);
  for (std::size_t i = 0, next = 0; i < all.source.size(); ++i) {
    const bool held_out = next < out.size() && out[next] == static_cast<std::int64_t>(i);
    next += held_out ? 1 : 0;
    (held_out ? parts.valid : parts.train)
        .add(std::move(all.source[i]), std::move(all.target[i]), all.lines[i]);
  }
  return parts;
}

std::unique_ptr<text::Tokenizer> Parallel::make_tokenizer(const TextPairs* all) const {
  constexpr std::int64_t many_characters = 4096;
  const std::string& name = tokenizer_.name;
  if (name == "bpe" && all != nullptr) {
    return text::train_bpe(joined(*all), {.vocab_size = tokenizer_.vocab_size,
                                          .min_frequency = tokenizer_.min_frequency,
                                          .special_tokens = {"<pad>", "</s>"}});
  }
  if (name == "chars" && all != nullptr) return text::make_chars(joined(*all));
  if (name == "bpe") return make_ids(tokenizer_.vocab_size);
  if (name == "chars") return make_ids(many_characters);
  TextConfig config;
  config.tokenizer = tokenizer_;
  return data::make_tokenizer(config);  // which needs no text
}

}  // namespace

void TextPairs::add(std::string s, std::string t, std::int64_t line) {
  source.push_back(std::move(s));
  target.push_back(std::move(t));
  lines.push_back(line);
}

TextPairs read_parallel(const std::string& source_key, const std::string& source,
                        const std::string& target_key, const std::string& target) {
  const io::FileBytes source_text = open_text_file(source_key, source);
  const io::FileBytes target_text = open_text_file(target_key, target);
  const auto sources = lines_of(source_text.text()), targets = lines_of(target_text.text());
  require(sources.size() == targets.size(), Exit::data,
          "'{}' has {} lines and '{}' has {}: each line of one must be the translation of the same "
          "line of the other",
          source, sources.size(), target, targets.size());
  TextPairs pairs;
  pairs.source_file = source;
  pairs.target_file = target;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    pairs.add(std::string(sources[i]), std::string(targets[i]), static_cast<std::int64_t>(i) + 1);
  }
  return pairs;
}

TextPairs read_tsv(const std::string& key, const std::string& path) {
  const io::FileBytes file = open_text_file(key, path);
  TextPairs pairs;
  pairs.source_file = pairs.target_file = path;
  std::int64_t number = 0;
  for (const std::string_view line : lines_of(file.text())) {
    ++number;
    const std::size_t tab = line.find('\t');
    require(tab != line.npos && line.find('\t', tab + 1) == line.npos, Exit::data,
            "{}:{}: expected source<TAB>target, got {} tabs; a file of one side alone needs the "
            "other beside it",
            path, number, std::ranges::count(line, '\t'));
    pairs.add(std::string(line.substr(0, tab)), std::string(line.substr(tab + 1)), number);
  }
  return pairs;
}

std::unique_ptr<PairSet> make_parallel(config::Reader& data) {
  return std::make_unique<Parallel>(data);
}

const Registry<MakePairSet>& pair_sets() {
  static const Registry<MakePairSet> all(
      "data set", {
                      {{"parallel", "data.parallel"},
                       "lines and their translations, in two files or in one with tabs",
                       make_parallel},
                      {{"sequence_task", "data.sequence_task"},
                       "made-up sequences of numbers to be copied, reversed or sorted",
                       make_sequence_task},
                  });
  return all;
}

}  // namespace dlt::data
