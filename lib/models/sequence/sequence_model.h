#pragma once

#include "models/model.h"
#include "models/sequence/backbone.h"

namespace dlt::models {

// "seq.*": a backbone with a head that tells classes of sequences or of their steps, or numbers.
std::unique_ptr<Model> make_sequence_model(config::Reader& root, const Origin& origin,
                                           ReadBackbone read);

template <ReadBackbone read>
std::unique_ptr<Model> make_sequence_model(config::Reader& root, const Origin& origin) {
  return make_sequence_model(root, origin, read);
}

}  // namespace dlt::models
