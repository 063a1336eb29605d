#include "models/ngram/words_tokenizer.h"

#include "base/error.h"
#include "ngram/unit.h"

namespace dlt::models {
namespace {

class WordsTokenizer : public text::Tokenizer {
 public:
  WordsTokenizer(ngram::Vocabulary vocabulary, ngram::Unit unit)
      : vocabulary_(std::move(vocabulary)), unit_(unit) {}

  std::string_view name() const override {
    return unit_ == ngram::Unit::words ? "words" : unit_ == ngram::Unit::chars ? "chars" : "bytes";
  }
  std::int64_t size() const override { return vocabulary_.size(); }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    ngram::Tokens tokens(text, unit_);
    for (std::string_view token; tokens.next(token);) {
      ids.push_back(static_cast<std::int32_t>(vocabulary_.id(token)));
    }
    return ids;
  }

  using Tokenizer::decode;
  std::string decode(std::int32_t id) const override {
    if (static_cast<ngram::WordId>(id) == ngram::sentence_end) return "\n";
    std::string text;
    ngram::append_token(text, vocabulary_.word(static_cast<ngram::WordId>(id)), unit_);
    return unit_ == ngram::Unit::words ? text + " " : text;
  }

  std::string json() const override {
    fail(Exit::usage, "the words of an n-gram model cannot be written as a tokenizer.json");
  }

 private:
  ngram::Vocabulary vocabulary_;
  ngram::Unit unit_;
};

}  // namespace

std::unique_ptr<text::Tokenizer> make_words_tokenizer(ngram::Vocabulary vocabulary,
                                                      ngram::Unit unit) {
  return std::make_unique<WordsTokenizer>(std::move(vocabulary), unit);
}

}  // namespace dlt::models
