#pragma once

#include <memory>

#include "models/model.h"

namespace dlt::models {

// N-gram language models: learned by counting, so in one step. See lib/ngram.
std::unique_ptr<Model> make_ngram_lm(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
