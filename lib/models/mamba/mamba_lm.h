#pragma once

#include "models/backbone/stack_lm.h"
#include "models/mamba/mamba_mixer.h"

namespace dlt::models {

struct MambaLmConfig : StackLmConfig {
  MambaConfig mixer;

  static MambaLmConfig read(config::Reader& model);
};

// A language model over Mamba's mixers that is also written for Hugging Face.
class MambaLm : public StackLm {
 public:
  MambaLm(const nn::Scope& s, const MambaLmConfig& c) : StackLm(s, c), c_(c) {}

  const MambaLmConfig& mamba() const { return c_; }
  std::vector<std::string_view> export_formats() const override {
    return {"hf", "safetensors", "npz"};
  }
  void export_weights(std::string_view format, const std::string& path,
                      const nn::StateDict& weights,
                      const text::Tokenizer& tokenizer) const override;

 private:
  MambaLmConfig c_;
};

std::unique_ptr<Model> make_mamba_lm(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
