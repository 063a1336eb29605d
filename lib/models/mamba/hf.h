#pragma once

#include <string>

#include "models/mamba/mamba_lm.h"

// Mamba's weights and options as Hugging Face's MambaForCausalLM has them, and as the authors'
// checkpoints do (github.com/state-spaces/mamba). The names of tensors are dlt's own.
namespace dlt::models {

// config.json. Exit::usage, naming the option, for what MambaForCausalLM cannot be.
std::string hf_mamba_config(const MambaLmConfig& c, const text::Tokenizer& tokenizer);

struct ImportedMamba {
  std::string config;  // dlt's, as JSON text
  MambaLmConfig model;
  nn::StateDict weights;
};
// Exit::damaged for what dlt cannot run, naming the key, and for weights that do not fit.
ImportedMamba import_mamba(const std::string& folder);

}  // namespace dlt::models
