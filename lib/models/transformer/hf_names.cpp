#include "models/transformer/hf_names.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace dlt::models {
namespace {

class Table {
 public:
  void same(const std::string& ours, const Shape& shape, const std::string& theirs) {
    rows_.push_back({ours, shape, {{theirs, shape}}});
  }

  void transposed(const std::string& ours, std::int64_t out, std::int64_t in,
                  const std::string& theirs) {
    rows_.push_back({ours, {out, in}, {{theirs, {in, out}}}, /*transposed=*/true});
  }

  struct Share {
    std::string name;
    std::int64_t rows;
  };
  // Weight [rows, in] of a linear layer, and its bias if there is one, from layers side by side.
  void joined(const std::string& ours, std::int64_t in, bool bias,
              const std::vector<Share>& shares) {
    HfTensor weight{ours + ".weight", {0, in}, {}}, biases{ours + ".bias", {0}, {}};
    std::int64_t rows = 0;
    for (const Share& s : shares) {
      weight.parts.push_back({s.name + ".weight", {s.rows, in}});
      biases.parts.push_back({s.name + ".bias", {s.rows}});
      rows += s.rows;
    }
    weight.shape = {rows, in};
    biases.shape = {rows};
    rows_.push_back(std::move(weight));
    if (bias) rows_.push_back(std::move(biases));
  }

  std::vector<HfTensor> take() { return std::move(rows_); }

 private:
  std::vector<HfTensor> rows_;
};

void add_gpt2_block(Table& t, const TransformerConfig& c, std::int64_t i) {
  const std::string ours = "blocks." + std::to_string(i) + ".";
  const std::string theirs = "transformer.h." + std::to_string(i) + ".";
  const auto linear = [&](const std::string& a, std::int64_t out, std::int64_t in,
                          const std::string& b) {
    t.transposed(ours + a + ".weight", out, in, theirs + b + ".weight");
    t.same(ours + a + ".bias", {out}, theirs + b + ".bias");
  };
  const auto norm = [&](const std::string& a, const std::string& b) {
    t.same(ours + a + ".weight", {c.width}, theirs + b + ".weight");
    t.same(ours + a + ".bias", {c.width}, theirs + b + ".bias");
  };
  norm("norm1", "ln_1");
  linear("attention.qkv", 3 * c.width, c.width, "attn.c_attn");
  linear("attention.out", c.width, c.width, "attn.c_proj");
  norm("norm2", "ln_2");
  linear("mlp.up", c.hidden, c.width, "mlp.c_fc");
  linear("mlp.down", c.width, c.hidden, "mlp.c_proj");
}

// Hugging Face's GPT-2 has every bias; where dlt has none, it is zero there.
std::vector<HfTensor> gpt2_tensors(const TransformerConfig& c) {
  Table t;
  t.same("embedding.weight", {c.vocab, c.width}, "transformer.wte.weight");
  t.same("positions.weight", {c.context, c.width}, "transformer.wpe.weight");
  for (std::int64_t i = 0; i < c.layers; ++i) add_gpt2_block(t, c, i);
  t.same("norm.weight", {c.width}, "transformer.ln_f.weight");
  t.same("norm.bias", {c.width}, "transformer.ln_f.bias");
  if (!c.tied) t.same("head.weight", {c.vocab, c.width}, "lm_head.weight");
  auto rows = t.take();
  for (HfTensor& row : rows) row.absent = !c.bias && row.ours.ends_with(".bias");
  return rows;
}

std::vector<HfTensor> llama_tensors(const TransformerConfig& c) {
  Table t;
  const std::int64_t queries = c.heads * c.head_width, keys = c.kv_heads * c.head_width;
  t.same("embedding.weight", {c.vocab, c.width}, "model.embed_tokens.weight");
  for (std::int64_t i = 0; i < c.layers; ++i) {
    const std::string ours = "blocks." + std::to_string(i) + ".";
    const std::string theirs = "model.layers." + std::to_string(i) + ".";
    const std::string attention = theirs + "self_attn.", mlp = theirs + "mlp.";
    t.same(ours + "norm1.weight", {c.width}, theirs + "input_layernorm.weight");
    t.joined(ours + "attention.qkv", c.width, c.bias,
             {{attention + "q_proj", queries},
              {attention + "k_proj", keys},
              {attention + "v_proj", keys}});
    t.joined(ours + "attention.out", queries, c.bias, {{attention + "o_proj", c.width}});
    t.same(ours + "norm2.weight", {c.width}, theirs + "post_attention_layernorm.weight");
    t.joined(ours + "mlp.gate_up", c.width, c.bias,
             {{mlp + "gate_proj", c.hidden}, {mlp + "up_proj", c.hidden}});
    t.joined(ours + "mlp.down", c.hidden, c.bias, {{mlp + "down_proj", c.width}});
  }
  t.same("norm.weight", {c.width}, "model.norm.weight");
  if (!c.tied) t.same("head.weight", {c.vocab, c.width}, "lm_head.weight");
  return t.take();
}

// In tiles, so that both sides stay in the cache.
Tensor transpose(const Tensor& x) {
  constexpr std::int64_t tile = 32;
  const std::int64_t rows = x.dim(0), cols = x.dim(1);
  Tensor y = Tensor::uninitialized({cols, rows});
  const real* from = x.data();
  real* to = y.mutable_data();
  for (std::int64_t r0 = 0; r0 < rows; r0 += tile) {
    for (std::int64_t c0 = 0; c0 < cols; c0 += tile) {
      for (std::int64_t r = r0; r < std::min(r0 + tile, rows); ++r) {
        for (std::int64_t c = c0; c < std::min(c0 + tile, cols); ++c) {
          to[c * rows + r] = from[r * cols + c];
        }
      }
    }
  }
  return y;
}

void split(const Tensor& t, const std::vector<HfPart>& parts, nn::StateDict& theirs) {
  auto rest = t.values();
  for (const HfPart& part : parts) {
    const auto size = static_cast<std::size_t>(part.shape.size());
    theirs.emplace(part.name, Tensor::from(part.shape, rest.first(size)));
    rest = rest.subspan(size);
  }
}

constexpr std::string_view gpt2_prefix = "transformer.";

// The name that `source` has for a tensor: files of the model without its head lack the prefix.
std::string name_in(const HfSource& source, const std::string& name) {
  if (source.shapes.contains(name) || !name.starts_with(gpt2_prefix)) return name;
  const std::string bare = name.substr(gpt2_prefix.size());
  return source.shapes.contains(bare) ? bare : name;
}

// Constants that old releases of transformers saved beside the weights; and the tied head, which
// some save though it is the embedding table.
bool is_leftover(std::string_view name, const TransformerConfig& c) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") ||
         name.ends_with(".rotary_emb.inv_freq") || (c.tied && name == "lm_head.weight");
}

void check(const HfSource& source, const std::vector<HfTensor>& rows, const TransformerConfig& c) {
  std::set<std::string> wanted;
  for (const HfTensor& row : rows) {
    for (const HfPart& part : row.parts) {
      const auto found = source.shapes.find(name_in(source, part.name));
      require(found != source.shapes.end(), Exit::damaged,
              "{}: tensor '{}' {}, which config.json asks for, is missing", source.where, part.name,
              part.shape);
      require(found->second == part.shape, Exit::damaged,
              "{}: tensor '{}' is {}, config.json asks for {}", source.where, found->first,
              found->second, part.shape);
      wanted.insert(found->first);
    }
  }
  for (const auto& [name, shape] : source.shapes) {
    require(wanted.contains(name) || is_leftover(name, c), Exit::damaged,
            "{}: config.json asks for no tensor '{}' {}", source.where, name, shape);
  }
}

Tensor join(const HfTensor& row, const HfSource& source) {
  if (row.parts.size() == 1) return source.read(name_in(source, row.parts.front().name)).detach();
  Tensor whole = Tensor::uninitialized(row.shape);
  real* to = whole.mutable_data();
  for (const HfPart& part : row.parts) {
    to = std::ranges::copy(source.read(part.name).values(), to).out;
  }
  return whole;
}

}  // namespace

std::vector<HfTensor> hf_tensors(const TransformerConfig& c) {
  return hf_layout(c) == HfLayout::gpt2 ? gpt2_tensors(c) : llama_tensors(c);
}

nn::StateDict to_hf(const nn::StateDict& ours, const TransformerConfig& c) {
  nn::StateDict theirs;
  for (const HfTensor& row : hf_tensors(c)) {
    const auto found = ours.find(row.ours);
    require(row.absent || (found != ours.end() && found->second.shape() == row.shape),
            "to_hf: there is no '{}' {}", row.ours, row.shape);
    const Tensor t = row.absent ? Tensor::zeros(row.shape) : found->second.detach();
    if (row.parts.size() > 1) {
      split(t, row.parts, theirs);
    } else {
      theirs.emplace(row.parts.front().name, row.transposed ? transpose(t) : t);
    }
  }
  return theirs;
}

nn::StateDict from_hf(const HfSource& source, const TransformerConfig& c) {
  const auto rows = hf_tensors(c);
  check(source, rows, c);
  nn::StateDict ours;
  for (const HfTensor& row : rows) {
    if (row.absent) continue;
    const Tensor t = join(row, source);
    ours.emplace(row.ours, row.transposed ? transpose(t) : t);
  }
  return ours;
}

nn::StateDict from_hf(const nn::StateDict& theirs, const TransformerConfig& c) {
  HfSource source{"the weights", {}, [&](const std::string& name) { return theirs.at(name); }};
  for (const auto& [name, t] : theirs) source.shapes.emplace(name, t.shape());
  return from_hf(source, c);
}

}  // namespace dlt::models
