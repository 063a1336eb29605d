#include "models/seq2seq/summarize.h"

#include <algorithm>
#include <cctype>

namespace dlt::models {
namespace {

// "encoder.layers.3" of "encoder.layers.3.fc1.weight", "decoder.embed" of "decoder.embed.weight".
std::string layer_of(const std::string& name) {
  for (std::size_t at = name.find('.'); at != name.npos; at = name.find('.', at + 1)) {
    if (at + 1 < name.size() && std::isdigit(static_cast<unsigned char>(name[at + 1])) != 0) {
      return name.substr(0, name.find('.', at + 1));
    }
  }
  return name.substr(0, name.rfind('.'));
}

bool is_matrix(const Tensor& t) { return t.needs_grad() && t.shape().rank() == 2; }

// Of tables of tokens the last one made is multiplied with, the others are looked up.
std::string table_multiplied(const nn::Params& params, std::int64_t vocab) {
  std::string last;
  for (const std::string& name : params.names()) {
    const Tensor& t = params.all().at(name);
    if (is_matrix(t) && t.dim(0) == vocab) last = name;
  }
  return last;
}

}  // namespace

Summary summarize(const nn::Params& params, std::int64_t vocab, std::int64_t rows,
                  std::int64_t time, std::int64_t parts) {
  const std::string head = table_multiplied(params, vocab);
  const std::int64_t tokens = rows * time;
  std::int64_t macs = 0, kept = 0;
  Summary s;
  for (const std::string& name : params.names()) {
    const Tensor& t = params.all().at(name);
    if (!t.needs_grad()) continue;
    const std::string layer = layer_of(name);
    auto row = std::ranges::find(s.layers, layer, &LayerRow::name);
    if (row == s.layers.end()) row = s.layers.insert(row, {layer, {rows, time, t.dim(-1)}, 0, 0});
    row->parameters += t.size();
    if (!is_matrix(t)) continue;
    row->output = {rows, time, std::min(t.dim(0), t.dim(1))};
    const bool looked_up = t.dim(0) == vocab && name != head;
    if (looked_up) continue;
    row->macs += t.size() * tokens;
    macs += t.size() * tokens;
    if (name != head) kept += t.dim(0) + t.dim(1);
  }
  const auto bytes = static_cast<std::int64_t>(sizeof(real));
  s.parameters = params.count();
  s.items_per_step = 2 * tokens * parts;
  s.flops_per_step = 6 * static_cast<double>(macs) * static_cast<double>(parts);
  s.weight_bytes = s.parameters * bytes;
  s.training_bytes =
      4 * s.weight_bytes + (kept * tokens + std::min<std::int64_t>(tokens, 512) * vocab) * bytes;
  return s;
}

}  // namespace dlt::models
