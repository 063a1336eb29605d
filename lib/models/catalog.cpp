#include "models/model.h"
#include "models/sequential/sequential.h"
#include "models/transformer/transformer_lm.h"

namespace dlt::models {

// The public names. To add a model: write its folder, add its line here.
const Registry<MakeModel>& catalog() {
  static const Registry<MakeModel> models(
      "model", {
                   {{"lm.transformer", "transformer"},
                    "decoder-only Transformer language model (GPT-2, Llama)",
                    make_transformer_lm},
                   {{"net.sequential", "sequential"},
                    "a list of layers, trained to tell classes or numbers from examples",
                    make_sequential},
               });
  return models;
}

std::unique_ptr<Model> make_model(config::Reader& root, const Origin& origin) {
  auto model = root.child("model");
  const std::string name = model.required("name");
  if (const auto* entry = catalog().look(name)) return entry->make(root, origin);
  model.fail("name", catalog().unknown(name));
}

}  // namespace dlt::models
