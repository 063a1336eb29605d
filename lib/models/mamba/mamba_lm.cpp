#include "models/mamba/mamba_lm.h"

#include "models/hf_folder.h"
#include "models/mamba/hf.h"
#include "models/mamba/mamba.h"

namespace dlt::models {

MambaLmConfig MambaLmConfig::read(config::Reader& model) {
  MambaLmConfig c;
  StackConfig stack;
  stack.read(model);
  c.mixer = MambaConfig::read(model, stack.width, stack.layers);
  c.architecture = mamba_architecture(stack, c.mixer);
  c.read_rest(model);
  return c;
}

void MambaLm::export_weights(std::string_view format, const std::string& path,
                             const nn::StateDict& weights, const text::Tokenizer& tokenizer) const {
  if (format != "hf") return LanguageNet::export_weights(format, path, weights, tokenizer);
  write_hf_folder(path, {hf_mamba_config(c_, tokenizer), weights, c_.context}, tokenizer);
}

std::unique_ptr<Model> make_mamba_lm(config::Reader& root, const Origin& origin) {
  return make_language_model<MambaLm, MambaLmConfig>(
      root, origin, MambaLmConfig::read,
      [](const MambaLmConfig& c, std::int64_t batch) { return size_of_stack_lm(c, batch); });
}

}  // namespace dlt::models
