#include "models/sequential/network.h"

#include "api/layer.h"
#include "autograd/autograd.h"
#include "base/error.h"

namespace dlt::models {
namespace {

Shape one_of(const Shape& item) {
  std::vector<std::int64_t> dims = {1};
  dims.insert(dims.end(), item.dims().begin(), item.dims().end());
  return Shape(std::move(dims));
}

}  // namespace

Network::Network(config::Reader& model, nn::Params& params, const Shape& item) {
  const autograd::NoGrad forward_only;
  Tensor x = Tensor::zeros(one_of(item));
  nn::Pass pass;
  for (config::Reader& layer : model.children("layers")) x = add(layer, params, x, pass);
  if (rows_.empty())
    model.fail("layers",
               R"(needs at least one layer, as in [{"name": "layers.linear", "out_features": 1}])");
  output_ = x.shape();
}

Tensor Network::add(config::Reader& layer, nn::Params& params, const Tensor& x, nn::Pass& pass) {
  const std::int64_t index = net_.size(), before = params.count();
  std::string name;
  layer.need("name", "the name of a layer");
  const auto& entry = layer.named("name", name, api::layers());
  const std::string canonical = entry.canonical();
  const std::string label = fmt::format("{} ({})", index, canonical);
  try {
    const Frame frame("layer", label);
    const nn::Scope scope = (nn::Scope(params) / index).labelled(canonical);
    api::Layer made = api::make_layer(entry.make, layer, scope, x.shape());
    Tensor y = made.run(x, pass);
    require(y.shape().rank() > 0 && y.dim(0) == 1, "gives {} for a batch of one example",
            y.shape());
    const double macs = static_cast<double>(made.macs) +
                        static_cast<double>(made.macs_per_output) * static_cast<double>(y.size());
    rows_.push_back({label, y.shape(), params.count() - before, macs, {}, false});
    net_.add(label, std::move(made.run));
    return y;
  } catch (const Error& e) {
    if (e.exit() == Exit::usage) throw;  // says where it is already
    layer.fail("name", e.what());
  }
}

}  // namespace dlt::models
