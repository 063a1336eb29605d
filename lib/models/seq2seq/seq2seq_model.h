#pragma once

#include "models/model.h"
#include "models/seq2seq/network.h"

namespace dlt::models {

// Reads the object "model" and makes the network of as many tokens.
using MakeSeq2SeqNet = std::unique_ptr<Seq2SeqNet> (*)(config::Reader& model,
                                                       const nn::Scope& scope, std::int64_t vocab);

// A model that learns to turn sequences into others, whatever the network.
std::unique_ptr<Model> make_seq2seq(config::Reader& root, const Origin& origin,
                                    MakeSeq2SeqNet make_net);

// For the catalog.
template <MakeSeq2SeqNet make_net>
std::unique_ptr<Model> make_seq2seq(config::Reader& root, const Origin& origin) {
  return make_seq2seq(root, origin, make_net);
}

}  // namespace dlt::models
