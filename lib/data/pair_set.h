#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "data/pairs.h"
#include "text/tokenizer.h"

namespace dlt::data {

// Lines and what they are to become.
struct TextPairs {
  std::vector<std::string> source, target;
  std::vector<std::int64_t> lines;  // of the file, from 1
  std::string source_file, target_file;

  std::int64_t size() const { return std::ssize(source); }
  void add(std::string s, std::string t, std::int64_t line);
};

struct PairSplit {
  TextPairs train, valid;  // valid may be empty
};

// Where a model gets its pairs from: the object "data" of its config.
class PairSet {
 public:
  virtual ~PairSet() = default;

  virtual bool has_text() const = 0;  // whether the config says what to learn from
  virtual TextPairs all() const = 0;  // but for what is in files of its own to be held out
  virtual PairSplit split(TextPairs all) const = 0;

  // Made from what all() gave or, where there is no text, as large as one would be.
  virtual std::unique_ptr<text::Tokenizer> make_tokenizer(const TextPairs* all) const = 0;
  virtual bool keeps_tokenizer() const = 0;  // whether a run needs a file of it
  virtual std::optional<Marks> marks() const { return std::nullopt; }  // none: see PairVocabulary

  std::int64_t longest = 256;  // tokens of a side, without marks
};

using MakePairSet = std::unique_ptr<PairSet> (*)(config::Reader& data);
const Registry<MakePairSet>& pair_sets();

std::unique_ptr<PairSet> make_parallel(config::Reader& data);
std::unique_ptr<PairSet> make_sequence_task(config::Reader& data);

// UTF-8 lines of two files, or of one of source<TAB>target; plain or gzip. `key`: what asked for a
// file, for the messages. Exit::data with file and line.
TextPairs read_parallel(const std::string& source_key, const std::string& source,
                        const std::string& target_key, const std::string& target);
TextPairs read_tsv(const std::string& key, const std::string& path);

}  // namespace dlt::data
