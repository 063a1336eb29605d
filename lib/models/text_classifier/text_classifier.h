#pragma once

#include "models/model.h"

namespace dlt::models {

// "net.text_classifier": the mean of the vectors of a text's words, and of hashed word n-grams,
// through a linear layer (Joulin et al. 2016, "Bag of tricks for efficient text classification").
std::unique_ptr<Model> make_text_classifier(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
