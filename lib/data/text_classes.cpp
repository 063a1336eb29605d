#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/labelled_text.h"
#include "data/sequence_files.h"

namespace dlt::data {
namespace {

class TextClassesSet : public SequenceFiles {
 public:
  explicit TextClassesSet(config::Reader& r) : SequenceFiles(r, "with lines of label<TAB>text") {
    r.field("longest", longest_, 1, 1 << 24);  // bytes of a text that are read
  }

  SequenceShape shape() const override {
    return {.vocabulary = 256, .longest = longest_, .outputs = std::ssize(labels_)};
  }
  std::vector<std::string> labels() const override { return labels_; }
  Sequence read(std::string_view text) const override;

  std::string kept() const override {
    return nlohmann::ordered_json{{"labels", labels_}}.dump(2) + "\n";
  }
  void restore(const std::string& json, const std::string& path) override;

 private:
  std::vector<Sequence> read_all(const std::string& path) override;

  std::int64_t longest_ = 1024;
  std::vector<std::string> labels_;  // by their bytes; of the first file that is read
};

// A text of nothing is read as one line end.
Sequence TextClassesSet::read(std::string_view text) const {
  if (text.empty()) text = "\n";
  Sequence s;
  for (const char c : text.substr(0, static_cast<std::size_t>(longest_))) {
    s.ids.push_back(static_cast<unsigned char>(c));
  }
  return s;
}

std::vector<Sequence> TextClassesSet::read_all(const std::string& path) {
  const auto texts = read_labelled_text(path);
  if (labels_.empty()) labels_ = labels_of(texts, path);
  const auto ids = label_ids(texts, labels_, path);
  std::vector<Sequence> all;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    all.push_back(read(texts[i].text));
    all.back().label = ids[i];
  }
  return all;
}

void TextClassesSet::restore(const std::string& json, const std::string& path) {
  try {
    labels_ = nlohmann::json::parse(json).at("labels").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    labels_.clear();
  }
  require(labels_.size() > 1, Exit::damaged,
          "'{}' is damaged: it does not say what the classes are", path);
}

}  // namespace

std::unique_ptr<SequenceSet> make_text_classes(config::Reader& data) {
  return std::make_unique<TextClassesSet>(data);
}

}  // namespace dlt::data
