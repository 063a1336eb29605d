#pragma once

#include <memory>

#include "models/model.h"

namespace dlt::models {

std::unique_ptr<Model> make_transformer_lm(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
