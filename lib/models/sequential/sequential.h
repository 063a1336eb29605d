#pragma once

#include "models/model.h"

namespace dlt::models {

// "net.sequential": a list of layers by public name, trained on examples to tell classes or
// numbers.
std::unique_ptr<Model> make_sequential(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
