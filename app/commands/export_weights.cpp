#include "commands/export_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/core.h>

#include "autograd/autograd.h"
#include "base/rng.h"
#include "base/spelling.h"
#include "commands/open_run.h"
#include "io/npz.h"
#include "io/safetensors.h"
#include "models/hf_json.h"
#include "models/mamba/hf.h"
#include "models/transformer/hf.h"
#include "models/transformer/transformer.h"

namespace dlt::app {
namespace {

void compare(const nn::StateDict& written, const nn::StateDict& weights, const std::string& path) {
  require(written.size() == weights.size(), "'{}' holds {} tensors, the model has {}", path,
          written.size(), weights.size());
  for (const auto& [name, t] : weights) {
    const auto found = written.find(name);
    require(found != written.end() && found->second.shape() == t.shape(),
            "'{}' has no tensor '{}' {}", path, name, t.shape());
    const bool same = std::memcmp(found->second.data(), t.data(), t.values().size_bytes()) == 0;
    require(same, "'{}': tensor '{}' differs from the model's", path, name);
  }
}

template <class Net, class Config>
Tensor logits(const Config& config, const nn::StateDict& weights) {
  auto params = nn::Params::blank();
  const Net net(nn::Scope(params), config);
  params.load(weights);
  Rng rng(1);
  std::vector<std::int32_t> tokens(
      static_cast<std::size_t>(std::min<std::int64_t>(16, config.context)));
  for (auto& id : tokens) {
    id = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(config.vocab)));
  }
  const autograd::NoGrad off;
  return net.logits(Indices({1, std::ssize(tokens)}, tokens));
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a.data()[i] - b.data()[i])));
  }
  return largest;
}

// The run's own options, for the network that its weights belong to.
template <class Config>
Config config_of(const std::string& run, std::int64_t vocab) {
  auto root = config::Reader::parse_file(run + "/config.json");
  auto model = root.child("model");
  auto config = Config::read(model);
  config.vocab = vocab;
  return config;
}

template <class Net, class Imported>
void check_folder(const ExportOptions& options, models::Model& model, const Imported& imported) {
  using Config = decltype(imported.model);
  const nn::StateDict& weights = model.synthetic_task().params().all();
  compare(imported.weights, weights, options.out);
  const auto config = config_of<Config>(options.run, imported.model.vocab);
  const double apart = largest_difference(logits<Net>(imported.model, imported.weights),
                                          logits<Net>(config, weights));
  fmt::print("checked: {} tensors equal, logits differ by at most {}\n", weights.size(), apart);
}

void check_hf(const ExportOptions& options, models::Model& model) {
  if (models::hf_family(options.out) == "mamba") {
    return check_folder<models::MambaLm>(options, model, models::import_mamba(options.out));
  }
  check_folder<models::Transformer>(options, model, models::import_transformer(options.out));
}

void check_file(const ExportOptions& options, models::Model& model) {
  const nn::StateDict& weights = model.synthetic_task().params().all();
  compare(options.format == "npz" ? io::read_npz(options.out)
                                  : io::SafetensorsFile(options.out).tensors(),
          weights, options.out);
  fmt::print("checked: {} tensors equal\n", weights.size());
}

}  // namespace

void export_weights(const ExportOptions& options) {
  const OpenRun open = open_run(options.run, options.checkpoint);
  const auto formats = open.model->export_formats();
  require(std::ranges::find(formats, options.format) != formats.end(), Exit::usage,
          "this model cannot be exported as '{}'{}", options.format,
          did_you_mean(options.format, formats));
  open.model->export_weights(options.format, options.out);
  if (!options.check) return;
  const std::string checked = open.model->check_export(options.format, options.out);
  if (!checked.empty()) {
    fmt::print("checked: {}\n", checked);
  } else if (options.format == "hf") {
    check_hf(options, *open.model);
  } else {
    check_file(options, *open.model);
  }
}

}  // namespace dlt::app
