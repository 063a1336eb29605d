#pragma once

#include <memory>

#include "models/model.h"

namespace dlt::models {

// Word vectors: skip-gram, CBOW, GloVe. See lib/embed.
std::unique_ptr<Model> make_word2vec(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
