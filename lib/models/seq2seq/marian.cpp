#include "models/seq2seq/marian.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "io/safetensors.h"
#include "models/hf_tensors.h"
#include "models/seq2seq/layers.h"
#include "models/seq2seq/marian_config.h"
#include "train/files.h"

namespace dlt::models {
namespace {

class Rows {
 public:
  explicit Rows(const Seq2SeqConfig& c) : c_(c) {
    table_.same("embedding.weight", {c.vocab, c.width}, "model.shared.weight");
    for (std::int64_t i = 0; i < c.encoder_layers; ++i) {
      const Place at = layer("encoder", i);
      attention(at, "self_attn");
      norm(at, "norm1", "self_attn_layer_norm");
      feed_forward(at);
      norm(at, "norm2", "final_layer_norm");
    }
    for (std::int64_t i = 0; i < c.decoder_layers; ++i) {
      const Place at = layer("decoder", i);
      attention(at, "self_attn");
      norm(at, "norm1", "self_attn_layer_norm");
      cross(at, "encoder_attn");
      norm(at, "norm2", "encoder_attn_layer_norm");
      feed_forward(at);
      norm(at, "norm3", "final_layer_norm");
    }
  }

  std::vector<HfTensor> take() {
    auto rows = table_.take();
    rows.push_back({"output_bias", {c_.vocab}, {{"final_logits_bias", {1, c_.vocab}}}});
    return rows;
  }

 private:
  struct Place {
    std::string ours, theirs;
  };
  static Place layer(std::string_view side, std::int64_t i) {
    return {fmt::format("{}.layers.{}.", side, i), fmt::format("model.{}.layers.{}.", side, i)};
  }
  void norm(const Place& at, const std::string& ours, const std::string& theirs) {
    for (const char* part : {".weight", ".bias"}) {
      table_.same(at.ours + ours + part, {c_.width}, at.theirs + theirs + part);
    }
  }
  void join(const std::string& ours, const std::string& theirs,
            std::initializer_list<const char*> projections) {
    std::vector<HfTable::Share> shares;
    for (const char* name : projections) shares.push_back({theirs + name, c_.width});
    table_.joined(ours, c_.width, true, shares);
  }
  void attention(const Place& at, const std::string& name) {
    const std::string theirs = at.theirs + name;
    join(at.ours + "attention.qkv", theirs, {".q_proj", ".k_proj", ".v_proj"});
    join(at.ours + "attention.out", theirs, {".out_proj"});
  }
  void cross(const Place& at, const std::string& name) {
    const std::string theirs = at.theirs + name;
    join(at.ours + "cross.queries", theirs, {".q_proj"});
    join(at.ours + "cross.keys_values", theirs, {".k_proj", ".v_proj"});
    join(at.ours + "cross.out", theirs, {".out_proj"});
  }
  void feed_forward(const Place& at) {
    table_.joined(at.ours + "mlp.up", c_.width, true, {{at.theirs + "fc1", c_.hidden}});
    table_.joined(at.ours + "mlp.down", c_.hidden, true, {{at.theirs + "fc2", c_.width}});
  }

  const Seq2SeqConfig& c_;
  HfTable table_;
};

// Copies of the shared table, and constants.
bool is_leftover(std::string_view name) {
  return name == "lm_head.weight" || name.ends_with("coder.embed_tokens.weight") ||
         name.ends_with("coder.embed_positions.weight");
}

nn::StateDict from_source(const HfSource& source, const Seq2SeqConfig& c) {
  return from_hf(source, Rows(c).take(), {"model.", is_leftover});
}

void check_positions(const HfSource& source, const Seq2SeqConfig& c) {
  const Tensor expected = sinusoids(c.context, c.width, Sinusoids::halves);
  for (const auto& [name, shape] : source.shapes) {
    if (!name.ends_with("embed_positions.weight")) continue;
    const Tensor stored = source.read(name);
    double error = stored.shape() == expected.shape() ? 0 : INFINITY;
    for (std::int64_t i = 0; std::isfinite(error) && i < stored.size(); ++i) {
      error = std::max(error, std::abs(static_cast<double>(stored.data()[i] - expected.data()[i])));
    }
    require(error < 1e-3, Exit::damaged,
            "{}: tensor '{}' {} is not the table of sinusoids that Marian's layout has",
            source.where, name, shape);
  }
}

}  // namespace

nn::StateDict to_marian(const nn::StateDict& ours, const Seq2SeqConfig& c) {
  auto rows = Rows(c).take();
  std::erase_if(rows, [&](const HfTensor& row) { return !ours.contains(row.ours); });
  return to_hf(ours, rows);
}

nn::StateDict from_marian(const nn::StateDict& theirs, const Seq2SeqConfig& c) {
  return from_source(weights_in_memory(theirs), c);
}

void write_marian(const std::string& folder, const nn::StateDict& weights, const Seq2SeqConfig& c,
                  const data::Marks& marks) {
  check_marian(c);
  write_file(folder + "/config.json", marian_config(c, marks));
  write_file(folder + "/generation_config.json", marian_generation_config(c, marks));
  io::write_safetensors(folder + "/model.safetensors",
                        {to_marian(weights, c), {}, {{"format", "pt"}}});
}

ImportedMarian import_marian(const std::string& folder) {
  require(train::is_folder(folder), Exit::usage, "there is no folder '{}'", folder);
  const std::string config = folder + "/config.json";
  require(train::exists(config), Exit::damaged,
          "'{}' is not a model of Hugging Face's: it has no config.json", folder);
  ImportedMarian result;
  read_marian_config(config, result.model, result.marks);
  result.options = model_options(result.model);
  const HfSource source = open_hf_weights(folder);
  check_positions(source, result.model);
  result.weights = from_source(source, result.model);
  return result;
}

}  // namespace dlt::models
