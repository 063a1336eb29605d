#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dlt::app {

struct EmbedMapOptions {
  std::string vectors, out;
  std::int64_t words = 300;  // the first so many
  std::string list;          // a file of the words instead, "": none
  std::string method = "tsne";
  std::optional<double> perplexity;  // none: 30, or less for few words
  std::int64_t rounds = 1000, classes = 8, seed = 1;
};
// Draws words where their vectors, all of length 1, lie in two dimensions.
void embed_map(const EmbedMapOptions& options);

}  // namespace dlt::app
