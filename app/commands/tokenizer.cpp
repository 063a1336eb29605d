#include "commands/tokenizer.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/spelling.h"
#include "text/tokenizer.h"

namespace dlt::app {
namespace {

using text::Tokenizer;

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string read_texts(const std::vector<std::string>& files) {
  require(!files.empty(), Exit::usage, "tokenizer train: no text files are given");
  std::string corpus;
  for (const std::string& file : files) {
    const std::string text = read_file(file, Exit::data);
    text::check_text(text, file);
    corpus += text;
    if (!corpus.ends_with('\n') && &file != &files.back()) corpus += '\n';
  }
  return corpus;
}

std::unique_ptr<Tokenizer> make(const TokenizerTrainOptions& options, const std::string& corpus) {
  if (options.kind == "bytes") return text::make_bytes();
  if (options.kind == "chars") return text::make_chars(corpus);
  return text::train_bpe(corpus,
                         {options.vocab_size, options.min_frequency, options.special_tokens});
}

void report(const TokenizerTrainOptions& options, const Tokenizer& tokenizer, double seconds,
            const std::string& corpus) {
  const double bytes = static_cast<double>(corpus.size());
  const double tokens = static_cast<double>(tokenizer.encode(corpus).size());
  fmt::print(stderr, "{} tokens, {:.1f} s, 1 token = {:.1f} bytes\n", tokenizer.size(), seconds,
             bytes / tokens);
  if (options.kind == "bpe" && tokenizer.size() < options.vocab_size) {
    fmt::print(
        stderr,
        "the text gives no more than {} tokens: every other pair is seen less than {} times\n",
        tokenizer.size(), options.min_frequency > 0 ? options.min_frequency : 1);
  }
}

// Calls f for each line, without its end.
template <class F>
void for_each_line(std::string_view text, const F& f) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    f(line);
  }
}

// Errors say where the text is from.
std::vector<std::int32_t> encode_whole(const Tokenizer& tokenizer, const std::string& text,
                                       const TokenizerEncodeOptions& options) {
  try {
    return tokenizer.encode(text);
  } catch (const Error& e) {
    if (options.text) fail(Exit::usage, "--text: {}", e.what());
    fail(e.exit(), "{}: {}", options.file.empty() ? "stdin" : options.file, e.what());
  }
}

std::string joined(const std::vector<std::int32_t>& ids, std::string_view between) {
  std::string out;
  for (std::int32_t id : ids) {
    if (!out.empty()) out += between;
    out += std::to_string(id);
  }
  return out;
}

std::int32_t id_of(std::string_view word, const Tokenizer& tokenizer) {
  std::int32_t id = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  const bool whole = error == std::errc() && end == word.data() + word.size();
  require(whole && id >= 0 && id < tokenizer.size(), Exit::usage,
          "'{}' is not a token id; ids are whole numbers 0 .. {}", word, tokenizer.size() - 1);
  return id;
}

std::string decode_line(std::string_view line, const Tokenizer& tokenizer) {
  constexpr std::string_view between = " \t,[]";
  std::string text;
  while (true) {
    const std::size_t begin = line.find_first_not_of(between);
    if (begin == line.npos) return text;
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find_first_of(between));
    text += tokenizer.decode(id_of(word, tokenizer));
    line.remove_prefix(word.size());
  }
}

}  // namespace

void tokenizer_train(const TokenizerTrainOptions& options) {
  for (const std::string& file : options.files) {
    require(!same_file(file, options.out), Exit::usage,
            "--out '{}' is a text to learn from: give the name of another file", options.out);
  }
  const bool known = options.kind == "bpe" || options.kind == "chars" || options.kind == "bytes";
  require(known, Exit::usage, "unknown kind of tokenizer '{}'{}", options.kind,
          did_you_mean(options.kind, {"bpe", "chars", "bytes"}));
  require(!options.out.empty(), Exit::usage, "tokenizer train: no file to write is given");
  const std::string corpus = read_texts(options.files);
  const auto start = std::chrono::steady_clock::now();
  const auto tokenizer = make(options, corpus);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  write_file(options.out, tokenizer->json());
  report(options, *tokenizer, taken.count(), corpus);
}

void tokenizer_encode(const TokenizerEncodeOptions& options) {
  const auto tokenizer = text::load_tokenizer(options.tokenizer);
  std::string text;
  if (options.text) {
    text = *options.text;
  } else {
    const std::string file = options.file.empty() ? "/dev/stdin" : options.file;
    text = read_file(file, Exit::data);
    text::check_text(text, options.file.empty() ? "stdin" : file);
  }
  const std::vector<std::int32_t> all = encode_whole(*tokenizer, text, options);
  if (options.json) return print("[" + joined(all, ", ") + "]\n");
  for_each_line(text,
                [&](std::string_view line) { print(joined(tokenizer->encode(line), " ") + '\n'); });
}

void tokenizer_decode(const TokenizerDecodeOptions& options) {
  const auto tokenizer = text::load_tokenizer(options.tokenizer);
  std::string line;
  for (const std::string& id : options.ids) line += id + ' ';
  const std::string input = options.ids.empty() ? read_file("/dev/stdin", Exit::data) : line;
  for_each_line(input, [&](std::string_view ids) { print(decode_line(ids, *tokenizer) + '\n'); });
}

}  // namespace dlt::app
