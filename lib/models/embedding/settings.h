#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "embed/settings.h"
#include "ngram/counts.h"

namespace dlt::models {

// A config of embed.word2vec.
struct EmbeddingSettings {
  embed::Settings train;
  std::vector<std::string> texts;
  ngram::Workspace work;
  std::int64_t report_every = 1'000'000;  // words
  std::int64_t save_every = 0;            // words; 0: only at the end
  std::int64_t keep_last = 2;
  std::string similarity, analogies;  // files to measure the vectors with; "": none

  static EmbeddingSettings read(config::Reader& root);
};

// What does not go together: the key and what to say of it.
struct SettingsMistake {
  std::string key, message;
};
std::optional<SettingsMistake> mistake_in(const embed::Settings& s);

}  // namespace dlt::models
