#include "data/text_source.h"

#include <charconv>
#include <unistd.h>

#include "base/error.h"

namespace dlt::data {
namespace {

class IdsTokenizer : public text::Tokenizer {
 public:
  explicit IdsTokenizer(std::int64_t vocab) : vocab_(vocab) {}

  std::string_view name() const override { return "ids"; }
  std::int64_t size() const override { return vocab_; }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] == ' ' || text[at] == '\n') {
        ++at;
        continue;
      }
      std::int32_t id = -1;
      const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), id);
      require(error == std::errc() && id >= 0 && id < vocab_, Exit::data,
              "this model has no tokenizer, so text is written as numbers from 0 to {} with spaces "
              "between them; '{}' is not one",
              vocab_ - 1, text.substr(at, text.find_first_of(" \n", at) - at));
      ids.push_back(id);
      at = static_cast<std::size_t>(end - text.data());
    }
    return ids;
  }

  using Tokenizer::decode;
  std::string decode(std::int32_t id) const override { return std::to_string(id) + " "; }
  std::string json() const override { return "{\"dlt_ids\": " + std::to_string(vocab_) + "}"; }

 private:
  std::int64_t vocab_;
};

// Where to cut so that `fraction` of the bytes follow: behind the line that the cut falls in, or
// between two characters if the rest has no line end.
std::size_t cut_at(std::string_view text, double fraction) {
  const auto wanted = static_cast<std::size_t>(static_cast<double>(text.size()) * (1 - fraction));
  const std::size_t line = text.find('\n', wanted);
  std::size_t cut = line == std::string_view::npos ? wanted : line + 1;
  while (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) ++cut;
  return cut;
}

// `name`: what asks for the file, for the message.
MappedFile open_file(std::string_view name, const std::string& path) {
  require(::access(path.c_str(), F_OK) == 0, Exit::data,
          "{}: there is no file '{}' (paths start at the folder that dlt is run in)", name, path);
  MappedFile file(path, Exit::data);
  text::check_text(file.text(), path);
  return file;
}

MappedFile open_training_text(const TextConfig& config) {
  require(!config.train.empty(), Exit::usage,
          "data.train names no text file: give one, as in --set data.train=book.txt");
  return open_file("data.train", config.train);
}

std::size_t held_out_from(const TextConfig& config, std::string_view text) {
  return config.valid.empty() ? cut_at(text, config.valid_fraction) : text.size();
}

std::string token_file(const std::string& folder, const std::string& part) {
  return folder.empty() ? "" : folder + "/" + part + ".tokens";
}

struct Source {
  const std::string& file;
  std::string_view text;
};
struct Range {
  std::size_t begin, end;
};

// What the tokenizer cannot encode is reported with its place in the whole file.
Tokens encode(const Source& source, Range part, const text::Tokenizer& tokenizer,
              const std::string& kept_in) {
  try {
    return Tokens::encoded(source.text.substr(part.begin, part.end - part.begin), tokenizer,
                           kept_in);
  } catch (const Error& part_error) {
    if (part_error.exit() != Exit::data) throw;
    try {
      tokenizer.encode(source.text);
    } catch (const Error& e) {
      fail(Exit::data, "{}: {}", source.file, e.what());
    }
    throw;
  }
}

}  // namespace

TokenizerConfig TokenizerConfig::read_or(config::Reader& r, std::string_view name) {
  TokenizerConfig c;
  c.name = name;
  c.name = r.named("name", c.name, tokenizers()).canonical();
  if (c.name == "bpe" || c.name == "ids") r.field("vocab_size", c.vocab_size, 1, 1 << 24);
  if (c.name == "bpe") {
    if (c.vocab_size < 257) {
      r.fail("vocab_size", fmt::format("a byte-level BPE needs at least 257 tokens (256 bytes and "
                                       "<|endoftext|>), got {}",
                                       c.vocab_size));
    }
    r.field("min_frequency", c.min_frequency, 0);
  }
  if (c.name == "file") c.path = r.required("path");
  return c;
}

TextConfig TextConfig::read(config::Reader& r) {
  TextConfig c;
  std::string name = "text";
  r.named("name", name, text_sets());
  r.field("train", c.train);
  r.field("valid", c.valid);
  r.field("valid_fraction", c.valid_fraction, 0, 0.9);
  auto tokenizer = r.child("tokenizer");
  c.tokenizer = TokenizerConfig::read(tokenizer);
  return c;
}

std::unique_ptr<text::Tokenizer> make_ids(std::int64_t vocab) {
  return std::make_unique<IdsTokenizer>(vocab);
}

const Registry<MakeTokenizer>& tokenizers() {
  using Config = const TextConfig&;
  static const Registry<MakeTokenizer> all(
      "tokenizer",
      {
          {{"bytes", "tokenizer.bytes"},
           "every byte is a token",
           [](Config) { return text::make_bytes(); }},
          {{"chars", "tokenizer.chars"},
           "every character of the training text is a token",
           [](Config c) { return text::make_chars(open_training_text(c).text()); }},
          {{"bpe", "tokenizer.bpe"},
           "byte pairs merged by frequency in the training text (Sennrich et al. 2016)",
           [](Config c) {
             return text::train_bpe(open_training_text(c).text(),
                                    {.vocab_size = c.tokenizer.vocab_size,
                                     .min_frequency = c.tokenizer.min_frequency});
           }},
          {{"file", "tokenizer.file"},
           "a tokenizer.json of dlt or Hugging Face",
           [](Config c) { return text::load_tokenizer(c.tokenizer.path); }},
          {{"ids", "tokenizer.ids"},
           "numbers with spaces between them, for models without a tokenizer",
           [](Config c) { return make_ids(c.tokenizer.vocab_size); }},
      });
  return all;
}

const Registry<TextConfig (*)(config::Reader&)>& text_sets() {
  static const Registry<TextConfig (*)(config::Reader&)> all(
      "data set", {{{"text", "data.text"}, "UTF-8 text for language models", TextConfig::read}});
  return all;
}

std::unique_ptr<text::Tokenizer> make_tokenizer(const TextConfig& config) {
  return tokenizers().find(config.tokenizer.name).make(config);
}

TextSplit open_text(const TextConfig& config, const text::Tokenizer& tokenizer,
                    const std::string& folder) {
  MappedFile file = open_training_text(config);
  const std::string_view all = file.text();
  const std::size_t cut = held_out_from(config, all);
  TextSplit split;
  if (tokenizer.name() == "bytes") {
    split.train = Tokens::of_bytes(std::move(file), 0, cut);
  } else {
    const Source source{config.train, all};
    split.train = encode(source, {0, cut}, tokenizer, token_file(folder, "train"));
    if (config.valid.empty()) {
      split.valid = encode(source, {cut, all.size()}, tokenizer, token_file(folder, "valid"));
      split.valid_bytes = static_cast<std::int64_t>(all.size() - cut);
      return split;
    }
  }
  auto [tokens, bytes] = open_held_out(config, tokenizer);
  split.valid = std::move(tokens);
  split.valid_bytes = bytes;
  return split;
}

void keep_tokens(TextSplit& split, const std::string& folder) {
  split.train.keep(token_file(folder, "train"));
  split.valid.keep(token_file(folder, "valid"));
}

TextTokens open_held_out(const TextConfig& config, const text::Tokenizer& tokenizer) {
  if (!config.valid.empty()) return read_text("data.valid", config.valid, tokenizer);
  MappedFile file = open_training_text(config);
  const std::string_view all = file.text();
  const std::size_t cut = held_out_from(config, all), end = all.size();
  const auto bytes = static_cast<std::int64_t>(end - cut);
  if (tokenizer.name() == "bytes") return {Tokens::of_bytes(std::move(file), cut, end), bytes};
  return {encode({config.train, all}, {cut, end}, tokenizer, ""), bytes};
}

TextTokens read_text(std::string_view name, const std::string& path,
                     const text::Tokenizer& tokenizer) {
  MappedFile file = open_file(name, path);
  const std::size_t size = file.text().size();
  const auto bytes = static_cast<std::int64_t>(size);
  if (tokenizer.name() == "bytes") return {Tokens::of_bytes(std::move(file), 0, size), bytes};
  return {encode({path, file.text()}, {0, size}, tokenizer, ""), bytes};
}

}  // namespace dlt::data
