#include "models/text_classifier/settings.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/file.h"
#include "data/example_set.h"
#include "embed/vector_file.h"
#include "models/epochs.h"

namespace dlt::models {
namespace {

using data::LabelledText;
using Texts = std::vector<LabelledText>;

std::vector<std::string> lines_of(const std::string& path) {
  const std::string text = read_file(path, Exit::damaged);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::pair<Texts, Texts> parted(Texts all, double fraction) {
  const auto out = data::held_out_members(std::ssize(all), fraction);
  std::pair<Texts, Texts> parts;
  for (std::size_t i = 0, next = 0; i < all.size(); ++i) {
    const bool held_out = next < out.size() && out[next] == static_cast<std::int64_t>(i);
    next += held_out ? 1 : 0;
    (held_out ? parts.second : parts.first).push_back(std::move(all[i]));
  }
  return parts;
}

Texts texts_in(const std::string& key, const std::string& path) {
  data::check_file(key, path);
  return data::read_labelled_text(path);
}

}  // namespace

TextClassifierSettings::TextClassifierSettings(config::Reader& root, const Origin& origin) {
  auto model = root.child("model"), train = root.child("train");
  auto signed_seed = static_cast<std::int64_t>(seed);
  root.field("seed", signed_seed, 0);
  seed = static_cast<std::uint64_t>(signed_seed);
  if (root.has("data")) read_data(root);
  read_model(model, origin);
  if (origin.from_run()) {
    restore(origin.run);
  } else if (has_data) {
    open();
  } else {  // to be looked at or timed: of some size
    for (int i = 0; i < 10'000; ++i) words.push_back(fmt::format("{}", i));
    labels = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  }
  train.field("batch", batch, 1, 1 << 20);
  train.field("eval_batches", eval_batches, 0);
  if (const double epochs = read_epochs(train); epochs > 0) {
    if (!has_data) train.fail("epochs", "there are no data whose size would be known: give steps");
    set_steps(root, train, epochs, std::ssize(training), batch);
  }
  fit = train::FitConfig::read(train);
}

void TextClassifierSettings::read_model(config::Reader& model, const Origin& origin) {
  auto embedding = model.child("embedding");
  embedding.field("vectors", vectors_file);
  if (!vectors_file.empty()) rows = RowsFrom::tuned;
  embedding.choice(
      "mode", rows,
      {{"random", RowsFrom::random}, {"frozen", RowsFrom::frozen}, {"tuned", RowsFrom::tuned}});
  embedding.field("all_words", all_words);
  if (rows != RowsFrom::random && vectors_file.empty()) {
    embedding.fail("mode",
                   "needs a file of word vectors: give model.embedding.vectors, or \"random\"");
  }
  if (rows != RowsFrom::random && !origin.from_run()) {
    vectors = embed::read_vectors(vectors_file);
    dim = vectors->dim();
  }
  model.field("dim", dim, 1, 1 << 16);
  if (vectors && dim != vectors->dim()) {
    model.fail("dim", fmt::format("the vectors of '{}' have {} numbers, not {}: leave model.dim "
                                  "out, or take other vectors",
                                  vectors_file, vectors->dim(), dim));
  }
  model.field("word_ngrams", ngrams, 1, 10);
  model.field("buckets", buckets, 1, 1 << 30);
}

void TextClassifierSettings::read_data(config::Reader& root) {
  auto data = root.child("data");
  std::string name = "labelled_text";
  data.field("name", name, {"labelled_text"});
  data.field("train", train_file);
  data.field("valid", valid_file);
  data.field("valid_fraction", valid_fraction, 0, 0.99);
  data.field("min_count", min_count, 1);
  if (train_file.empty()) data.fail("train", "names no file of label<TAB>text lines");
  has_data = true;
}

void TextClassifierSettings::open() {
  Texts all = texts_in("data.train", train_file);
  labels = data::labels_of(all, train_file);
  if (valid_file.empty()) {
    std::tie(training, valid) = parted(std::move(all), valid_fraction);
  } else {
    training = std::move(all);
    valid = texts_in("data.valid", valid_file);
  }
  learn_words();
  if (vectors) join_vectors();
}

void TextClassifierSettings::learn_words() {
  std::unordered_map<std::string_view, std::int64_t> counts;
  for (const LabelledText& t : training) {
    for (const std::string_view word : data::words_of(t.text)) ++counts[word];
  }
  std::vector<std::pair<std::string_view, std::int64_t>> kept;
  for (const auto& entry : counts) {
    if (entry.second >= min_count) kept.push_back(entry);
  }
  require(!kept.empty(), Exit::data,
          "'{}': no word is {} times in the text to train on: set data.min_count lower", train_file,
          min_count);
  std::ranges::sort(kept, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  for (const auto& [word, count] : kept) words.emplace_back(word);
  text_words_ = std::ssize(words);
}

void TextClassifierSettings::join_vectors() {
  const embed::WordIndex index(*vectors);
  std::unordered_set<std::string_view> here;
  std::int64_t found = 0;
  for (const std::string& word : words) {
    row_of.push_back(index.find(word));
    found += row_of.back() >= 0 ? 1 : 0;
    here.insert(word);
  }
  require(found > 0, Exit::data,
          "'{}': none of the {} words of '{}' is in it: are both of one language, and is each in "
          "small letters or not?",
          vectors_file, words.size(), train_file);
  if (!all_words) return;
  std::vector<std::string> more;
  for (std::int64_t i = 0; i < vectors->size(); ++i) {
    const std::string& word = vectors->words[static_cast<std::size_t>(i)];
    if (here.contains(word)) continue;
    more.push_back(word);
    row_of.push_back(i);
  }
  words.insert(words.end(), more.begin(), more.end());
}

std::string TextClassifierSettings::summary_of_vectors() const {
  if (!vectors) return "";
  const auto missing = std::count(row_of.begin(), row_of.begin() + text_words_, -1);
  return fmt::format(
      "'{}' has vectors for {} of the {} words of the text{}{}", vectors_file,
      text_words_ - missing, text_words_,
      all_words ? fmt::format(", and for {} others", std::ssize(words) - text_words_) : "",
      rows == RowsFrom::frozen ? "; none of them learns" : "");
}

void TextClassifierSettings::restore(const std::string& run) {
  words = lines_of(run + "/vocab.txt");
  labels = lines_of(run + "/labels.txt");
  require(!words.empty() && labels.size() > 1, Exit::damaged,
          "'{}' is damaged: vocab.txt has {} words and labels.txt {} labels", run, words.size(),
          labels.size());
}

std::vector<LabelledText> TextClassifierSettings::held_out(const std::string& file) const {
  if (!file.empty()) return texts_in("--data", file);
  require(has_data, Exit::usage, "the run's config has no data to evaluate on");
  if (!valid_file.empty()) return texts_in("data.valid", valid_file);
  return parted(texts_in("data.train", train_file), valid_fraction).second;
}

}  // namespace dlt::models
