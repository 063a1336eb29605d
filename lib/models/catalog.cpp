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
  model.need("name", "a string");
  std::string name;
  return model.named("name", name, catalog()).make(root, origin);
}

}  // namespace dlt::models
