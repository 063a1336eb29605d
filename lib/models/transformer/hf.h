#pragma once

#include <string>
#include <string_view>

#include "models/transformer/config.h"
#include "nn/params.h"
#include "text/tokenizer.h"

// Transformer weights as Hugging Face's GPT2LMHeadModel and LlamaForCausalLM name and lay them out
// (huggingface.co/docs/transformers). GPT-2 stores its projections [in, out]; Llama has q, k, v and
// gate, up apart where dlt has one matrix.
namespace dlt::models {

enum class HfLayout { gpt2, llama };

// The layout these options have. Exit::usage, naming the option, where they fit neither.
HfLayout hf_layout(const TransformerConfig& c);

// Names and shapes both ways; also right for gradients. The tied head is left out.
nn::StateDict to_hf(const nn::StateDict& ours, const TransformerConfig& c);
nn::StateDict from_hf(const nn::StateDict& theirs, const TransformerConfig& c);

// config.json, both ways. `vocab` is set. Exit::damaged for what dlt cannot run, naming the key.
std::string hf_config(const TransformerConfig& c, const text::Tokenizer& tokenizer);
TransformerConfig read_hf_config(const std::string& path);

// Writes weights for other programs. format: "hf" (a folder: config.json, model.safetensors,
// tokenizer files), "safetensors" or "npz" (one file, dlt's own names).
void export_transformer(std::string_view format, const std::string& path,
                        const nn::StateDict& weights, const TransformerConfig& c,
                        const text::Tokenizer& tokenizer);

// A Hugging Face folder as a dlt config (JSON text) and weights under dlt's names.
struct ImportedTransformer {
  std::string config;
  TransformerConfig model;
  nn::StateDict weights;
};
ImportedTransformer import_transformer(const std::string& folder);

}  // namespace dlt::models
