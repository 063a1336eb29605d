#include "models/vision/vision_model.h"

#include <algorithm>

#include "base/error.h"
#include "models/sequential/sequential.h"
#include "models/vision/network.h"

namespace dlt::models {
namespace {

Shape one_of(const Shape& image) {
  std::vector<std::int64_t> dims = {1};
  dims.insert(dims.end(), image.dims().begin(), image.dims().end());
  return Shape(std::move(dims));
}

class VisionNet : public ExampleNet {
 public:
  VisionNet(nn::Params& params, vision::Graph graph)
      : net_(nn::Scope(params), std::move(graph)), output_(one_of(shape(net_.graph().output()))) {
    const auto costs = vision::costs(net_.graph());
    const auto needed = vision::needed(net_.graph());
    for (std::size_t i = 1; i < costs.size(); ++i) {  // 0 is the input
      const vision::Step& step = net_.graph().steps()[i];
      const std::string kind(vision::kind(step.layer));
      rows_.push_back({step.name.empty() ? kind : fmt::format("{} ({})", step.name, kind),
                       one_of(step.output), costs[i].parameters, static_cast<double>(costs[i].macs),
                       costs[i].receptive_field, !needed[i]});
    }
  }

  Outputs run(const Tensor& x, nn::Training* training) const override {
    auto [y, heads] = net_(x, training);
    Outputs out{std::move(y), {}};
    for (std::size_t i = 0; i < heads.size(); ++i) {
      out.auxiliary.push_back({std::move(heads[i]), net_.graph().auxiliary()[i].weight});
    }
    return out;
  }
  std::optional<io::OnnxModel> onnx(const nn::StateDict& weights,
                                    const vision::OnnxNotes& notes) const override {
    return vision::to_onnx(vision::fold(net_.graph(), weights), notes);
  }
  const std::vector<Row>& rows() const override { return rows_; }
  const Shape& output() const override { return output_; }

 private:
  const Shape& shape(vision::Value v) const { return net_.graph().shape(v); }

  vision::Network net_;
  Shape output_;
  std::vector<Row> rows_;
};

}  // namespace

std::unique_ptr<Model> make_classifier(config::Reader& root, const Origin& origin,
                                       vision::ReadClassifier read) {
  const auto& all = vision::classifiers();
  const std::int64_t side = std::ranges::find(all, read, &vision::Classifier::read)->side;
  return make_example_model(
      root, origin, {{3, side, side}, 1000},
      [read](config::Reader& model, nn::Params& params, const SequentialSettings& settings) {
        const vision::BuildGraph build = read(model);
        try {
          return std::make_unique<VisionNet>(params, build(settings.input, settings.classes));
        } catch (const Error& e) {
          if (e.exit() != Exit::usage) throw;
          model.fail("input", e.what());
        }
      });
}

}  // namespace dlt::models
