#include "check/marian_case.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/error.h"
#include "check/compare.h"
#include "io/json_file.h"
#include "io/safetensors.h"
#include "models/seq2seq/marian.h"
#include "models/seq2seq/search.h"
#include "models/seq2seq/transformer_net.h"
#include "train/files.h"

namespace dlt::check {
namespace {

using Ids = std::vector<std::int32_t>;
using models::ImportedMarian;

struct MarianNet {
  explicit MarianNet(const ImportedMarian& from)
      : params(nn::Params::blank()), net(nn::Scope(params), from.model) {
    params.load(from.weights);
  }

  nn::Params params;
  models::Seq2SeqTransformer net;
};

Ids row_of(const Indices& all, std::int64_t row, std::int64_t size) {
  const std::int32_t* begin = all.data() + row * all.shape().dim(1);
  return {begin, begin + size};
}

// Tokens that count in each row; they must come first.
std::vector<std::int64_t> sizes_of(const Indices& mask, const std::string& path) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t b = 0; b < mask.shape().dim(0); ++b) {
    const Ids row = row_of(mask, b, mask.shape().dim(1));
    require(std::ranges::is_sorted(row, std::greater<>()) && !row.empty() && row.front() != 0,
            Exit::data, "{}: attention_mask: row {} is not ones and then zeros", path, b);
    sizes.push_back(std::ranges::count_if(row, [](std::int32_t m) { return m != 0; }));
  }
  return sizes;
}

// The decoder reads labels shifted right behind the start mark; labels below 0 do not count.
data::PairBatch read_batch(const io::SafetensorsFile& expected, const ImportedMarian& model) {
  data::PairBatch batch;
  batch.source = expected.indices("input_ids");
  const Indices mask = expected.indices("attention_mask"), labels = expected.indices("labels");
  const auto rank = [](const Indices& x) { return x.shape().rank(); };
  require(rank(batch.source) == 2 && rank(labels) == 2 && mask.shape() == batch.source.shape() &&
              labels.shape().dim(0) == mask.shape().dim(0),
          Exit::data, "{}: input_ids {}, attention_mask {} and labels {} do not fit together",
          expected.path(), batch.source.shape(), mask.shape(), labels.shape());
  batch.source_sizes = sizes_of(mask, expected.path());
  const auto time = static_cast<std::size_t>(labels.shape().dim(1));
  Ids input, target = labels.values();
  for (std::size_t i = 0; i < target.size(); ++i) {
    input.push_back(i % time == 0 ? model.marks.pad : std::max(labels.values()[i - 1], 0));
    if (target[i] < 0) target[i] = ops::ignored;
  }
  batch.input = Indices(labels.shape(), std::move(input));
  batch.target = Indices(labels.shape(), std::move(target));
  return batch;
}

void replay_gradients(const MarianNet& net, const ImportedMarian& model,
                      const io::SafetensorsFile& expected, std::vector<Outcome>& outcomes) {
  const auto grads = models::to_marian(net.params.grads(), model.model);
  for (const auto& [name, entry] : expected.entries()) {
    if (!name.starts_with("grad/")) continue;
    const auto ours = grads.find(name.substr(5));
    require(ours != grads.end(), Exit::data, "{}: '{}' is no parameter of this model",
            expected.path(), name);
    outcomes.push_back(compare(name, ours->second, expected.tensor(name)));
  }
}

std::vector<Ids> read_outputs(const nlohmann::json& file, const char* key, const std::string& path,
                              std::size_t sources, const data::Marks& marks) {
  const auto list = file.is_object() ? file.value(key, nlohmann::json()) : nlohmann::json();
  const auto is_output = [&](const nlohmann::json& ids) {
    return ids.is_array() && ids.size() >= 2 && ids.front() == marks.pad &&
           std::ranges::all_of(ids, [](const auto& id) { return id.is_number_unsigned(); });
  };
  require(list.is_array() && list.size() == sources && std::ranges::all_of(list, is_output),
          Exit::data, "{}: /{}: expected {} lists of token ids that begin with {}", path, key,
          sources, marks.pad);
  return list.get<std::vector<Ids>>();
}

// As transformers writes an output: start mark, tokens, end mark, filled up with pad.
Ids as_written(const models::Hypothesis& h, const data::Marks& marks, std::size_t size) {
  Ids ids = {marks.pad};
  ids.insert(ids.end(), h.tokens.begin(), h.tokens.end());
  ids.push_back(marks.end);
  ids.resize(std::max(ids.size(), size), marks.pad);
  return ids;
}

void replay_search(const MarianNet& net, const ImportedMarian& model, const data::PairBatch& batch,
                   const std::string& path, std::vector<Outcome>& outcomes) {
  const auto file = io::read_json(path, Exit::data);
  std::vector<Ids> sources;
  for (std::size_t b = 0; b < batch.source_sizes.size(); ++b) {
    sources.push_back(row_of(batch.source, static_cast<std::int64_t>(b), batch.source_sizes[b]));
  }
  for (const auto& [key, beam] : {std::pair("greedy", 1), std::pair("beam4", 4)}) {
    if (!file.is_object() || !file.contains(key)) continue;
    const auto wanted = read_outputs(file, key, path, sources.size(), model.marks);
    std::size_t longest = 0;
    for (const Ids& ids : wanted) longest = std::max(longest, ids.size());
    const models::SearchOptions options{.beam = beam,
                                        .length_penalty = 1,
                                        .tokens_per_source = 0,
                                        .more_tokens = static_cast<std::int64_t>(longest) - 1};
    const auto found = models::search_marked(net.net, sources, model.marks, options);
    for (std::size_t b = 0; b < found.size(); ++b) {
      outcomes.push_back(compare(fmt::format("{} of source {}", key, b),
                                 as_written(found[b], model.marks, wanted[b].size()), wanted[b]));
    }
  }
}

}  // namespace

std::vector<Outcome> replay_marian(const std::string& dir) {
  const ImportedMarian model = models::import_marian(dir);
  const MarianNet net(model);
  const io::SafetensorsFile expected(dir + "/expected.safetensors");
  const data::PairBatch batch = read_batch(expected, model);
  std::vector<Outcome> outcomes;
  {
    const autograd::NoGrad off;
    outcomes.push_back(compare("logits", net.net.logits(batch), expected.tensor("logits")));
  }
  const std::string loss_name = "loss_label_smoothing_0.1";
  const Tensor loss = net.net.loss(batch, 0.1, nullptr);
  outcomes.push_back(compare(loss_name, loss, expected.tensor(loss_name)));
  autograd::backward(loss);
  replay_gradients(net, model, expected, outcomes);
  const std::string decode = dir + "/decode.json";
  if (train::exists(decode)) replay_search(net, model, batch, decode, outcomes);
  return outcomes;
}

}  // namespace dlt::check
