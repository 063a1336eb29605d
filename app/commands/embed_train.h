#pragma once

#include <string>
#include <vector>

#include "embed/settings.h"
#include "ngram/counts.h"

namespace dlt::app {

struct EmbedTrainOptions {
  std::vector<std::string> texts;  // none: standard input
  std::string out, format;         // format "": by the ending of `out`
  embed::Settings settings;
  std::string mode = "skipgram", loss = "negative_sampling", unit = "words";
  std::string memory = "50%", tmp;
  bool full_gradient = false, free_running = false;
  bool json = false, quiet = false;
};
void embed_train(const EmbedTrainOptions& options);

// The texts that a command is to read: all can be read, none is `out`.
std::vector<std::string> texts_of(const std::vector<std::string>& texts, const std::string& out);
ngram::Workspace workspace_of(const std::string& memory, const std::string& tmp);

}  // namespace dlt::app
