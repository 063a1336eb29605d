#include "models/model.h"
#include "models/transformer/transformer_lm.h"

namespace dlt::models {

// The public names. To add a model: write its folder, add its line here.
const Registry<MakeModel>& catalog() {
  static const Registry<MakeModel> models(
      "model", {
                   {{"lm.transformer", "transformer"},
                    "decoder-only Transformer language model (GPT-2, Llama)",
                    make_transformer_lm},
               });
  return models;
}

std::unique_ptr<Model> make_model(config::Reader& root, const Origin& origin) {
  auto model = root.child("model");
  const std::string name = model.required("name");
  for (const auto& entry : catalog().all()) {
    if (std::ranges::find(entry.names, name) != entry.names.end()) return entry.make(root, origin);
  }
  std::vector<std::string_view> known;
  for (const auto& entry : catalog().all()) known.push_back(entry.names.front());
  model.fail("name", fmt::format("unknown model '{}'{}", name, did_you_mean(name, known)));
}

}  // namespace dlt::models
