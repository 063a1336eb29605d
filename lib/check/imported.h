#pragma once

#include <string>

#include "models/transformer/hf.h"
#include "models/transformer/transformer.h"

namespace dlt::check {

// The network of a Hugging Face folder with its weights.
class Imported {
 public:
  explicit Imported(const std::string& folder) : Imported(models::import_transformer(folder)) {}
  explicit Imported(const models::ImportedTransformer& from)
      : config(from.model), params(nn::Params::blank()), net(nn::Scope(params), config) {
    params.load(from.weights);
  }

  models::TransformerConfig config;
  nn::Params params;
  models::Transformer net;
};

}  // namespace dlt::check
