#include "models/sequential/sequential.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/autograd.h"
#include "models/export_tensors.h"
#include "models/kept_data.h"
#include "models/sequential/network.h"
#include "ops/elementwise.h"
#include "train/checkpoint.h"

namespace dlt::models {
namespace {

Shape with_batch(const Shape& shape, std::int64_t batch) {
  std::vector<std::int64_t> dims = shape.dims();
  dims.front() = batch;
  return Shape(std::move(dims));
}

std::int64_t whole(double n) { return static_cast<std::int64_t>(std::min(n, 9e18)); }

class SequentialModel : public Model, train::Task {
 public:
  SequentialModel(SequentialSettings settings, nn::Params params, config::Reader& model,
                  const MakeExampleNet& make)
      : s_(std::move(settings)), params_(std::move(params)), net_(make(model, params_, s_)) {
    s_.objective.check_output(net_->output(), model);
    train::check(*this, s_.fit);
  }

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override {
    write_kept(run.path("data.json"), s_.set->kept());
    return train::fit(*this, s_.fit, run, options);
  }
  train::Metrics evaluate(const std::string& data) override;
  void load(const std::string& checkpoint) override { train::load_weights(checkpoint, params_); }
  Summary summary() const override;

  std::vector<std::string_view> export_formats() const override { return {"safetensors", "npz"}; }
  void export_weights(std::string_view format, const std::string& path) const override {
    export_tensors(format, path, params_.all());
  }

  std::optional<io::OnnxModel> onnx() const override;

  train::Task& synthetic_task() override {
    synthetic_ = true;
    return *this;
  }

 private:
  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  std::vector<std::string_view> metrics() const override { return s_.objective.metric_names(); }
  train::Metrics evaluate() override { return measure(valid(), s_.eval_batches); }
  std::int64_t items_per_part() const override { return s_.batch; }
  std::string_view item_name() const override { return s_.input.rank() == 3 ? "images" : "rows"; }

  const data::Examples& training() const { return s_.opened->train; }
  const data::Examples& valid() const { return s_.opened->valid; }
  std::int64_t outputs() const { return net_->output().dim(1); }
  void check(const data::Examples& all, const std::string& what) const;
  data::ExampleBatch made_up_batch(std::uint64_t seed) const;
  data::ExampleBatch training_batch(std::int64_t step, std::int64_t part, std::uint64_t seed) const;
  train::Metrics measure(const data::Examples& all, std::int64_t most_batches) const;

  SequentialSettings s_;
  nn::Params params_;
  std::unique_ptr<ExampleNet> net_;
  bool synthetic_ = false;
};

// What cannot be evaluated or trained on is said before any work.
void SequentialModel::check(const data::Examples& all, const std::string& what) const {
  require(all.item == s_.input, Exit::data, "{}: inputs are {}, the model takes {}", what, all.item,
          s_.input);
  require(
      all.masks.empty(), Exit::usage,
      "{}: this model learns one class for a picture, not one for each pixel: use images.folder",
      what);
  if (all.outputs > 0) {
    require(all.outputs == outputs(), Exit::usage,
            "{}: there are {} numbers to predict for each input, the last layer gives {}", what,
            all.outputs, outputs());
  } else {
    require(all.classes <= outputs(), Exit::usage,
            "{}: there are {} classes, the last layer gives {}", what, all.classes, outputs());
  }
}

void SequentialModel::open_data(const std::string& run) {
  require(s_.set != nullptr, Exit::usage,
          R"(the config has no data: add "data": {{"name": "csv", "train": "rows.csv"}}, say)");
  check_kept(run, s_.set->kept());
  require(training().size() > 0, Exit::data, "the training data have no examples");
  check(training(), "the training data");
  if (valid().size() > 0) check(valid(), "the held-out data");
}

data::ExampleBatch SequentialModel::training_batch(std::int64_t step, std::int64_t part,
                                                   std::uint64_t seed) const {
  const std::int64_t place = (step - 1) * s_.fit.step.accumulate + part;
  const auto members =
      data::shuffled(training().size(), s_.batch, place, derive(s_.seed, "examples"));
  return data::gather(training(), members, s_.set->augment(), derive(seed, "augment"));
}

data::ExampleBatch SequentialModel::made_up_batch(std::uint64_t seed) const {
  Rng rng(seed);
  const auto random = [&](const Shape& shape) {
    Tensor t = Tensor::uninitialized(shape);
    std::generate_n(t.mutable_data(), t.size(), [&] { return static_cast<real>(rng.normal()); });
    return t;
  };
  std::vector<std::int64_t> dims = {s_.batch};
  dims.insert(dims.end(), s_.input.dims().begin(), s_.input.dims().end());
  data::ExampleBatch b;
  b.x = random(Shape(std::move(dims)));
  b.targets = random({s_.batch, outputs()});
  std::vector<std::int32_t> labels(static_cast<std::size_t>(s_.batch));
  for (auto& label : labels) {
    label = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(outputs())));
  }
  b.labels = Indices({s_.batch}, std::move(labels));
  return b;
}

Tensor SequentialModel::loss(std::int64_t step, std::int64_t part) {
  const std::uint64_t seed =
      derive(derive(s_.seed, static_cast<std::uint64_t>(step)), static_cast<std::uint64_t>(part));
  const data::ExampleBatch batch =
      synthetic_ ? made_up_batch(seed) : training_batch(step, part, seed);
  nn::Training training(derive(seed, "dropout"));
  const ExampleNet::Outputs out = net_->run(batch.x, &training);
  Tensor loss = s_.objective.loss(out.y, batch);
  for (const auto& [y, weight] : out.auxiliary) {
    loss = ops::add(loss, ops::scale(s_.objective.loss(y, batch), static_cast<real>(weight)));
  }
  return loss;
}

// In the order of the examples; spread evenly if there are more than most_batches of them.
train::Metrics SequentialModel::measure(const data::Examples& all,
                                        std::int64_t most_batches) const {
  constexpr std::int64_t least = 64;  // examples at once: training one by one need not be slow here
  const autograd::NoGrad off;
  const std::int64_t size = all.size(), batch = std::max(s_.batch, least);
  const std::int64_t there = (size + batch - 1) / batch;
  const std::int64_t batches = most_batches > 0 ? std::min(there, most_batches) : there;
  Objective::Sums sums;
  for (std::int64_t i = 0; i < batches; ++i) {
    const std::int64_t first = i * there / batches * batch;
    std::vector<std::int64_t> members(static_cast<std::size_t>(std::min(batch, size - first)));
    std::iota(members.begin(), members.end(), first);
    const data::ExampleBatch examples = data::gather(all, members);
    s_.objective.add(net_->run(examples.x, nullptr).y, examples, sums);
  }
  return s_.objective.metrics(sums);
}

train::Metrics SequentialModel::evaluate(const std::string& data) {
  require(s_.set != nullptr, Exit::usage, "the run's config has no data to evaluate on");
  const data::Examples all = s_.set->held_out(data);
  require(all.size() > 0, Exit::data,
          "all data were used for training (valid_fraction 0): give held-out ones with --data");
  check(all, data.empty() ? "the held-out data" : "'" + data + "'");
  return measure(all, 0);
}

Summary SequentialModel::summary() const {
  const auto batch = static_cast<double>(s_.batch);
  Summary s;
  double macs = 0, kept = 0;
  for (const ExampleNet::Row& row : net_->rows()) {
    s.layers.push_back({row.label, with_batch(row.output, s_.batch), row.parameters,
                        whole(row.macs * batch), row.receptive_field, row.in_training_alone});
    macs += row.macs;
    kept += static_cast<double>(row.output.size());
  }
  s.parameters = params_.count();
  s.items_per_step = s_.batch * s_.fit.step.accumulate;
  s.flops_per_step = 6 * macs * static_cast<double>(s.items_per_step);
  s.weight_bytes = s.parameters * static_cast<std::int64_t>(sizeof(real));
  // Weights, gradients, two moments; each layer's result and its gradient.
  s.training_bytes = 4 * s.weight_bytes + whole(2 * batch * kept * sizeof(real));
  return s;
}

std::optional<io::OnnxModel> SequentialModel::onnx() const {
  vision::OnnxNotes notes{"classify", {}, {}, {}};
  if (s_.set) {
    notes.classes = s_.set->class_names();
    notes.mean = s_.set->normalization().mean;
    notes.deviation = s_.set->normalization().deviation;
  }
  return net_->onnx(params_.all(), notes);
}

}  // namespace

std::unique_ptr<Model> make_example_model(config::Reader& root, const Origin& origin,
                                          const Unseen& unseen, const MakeExampleNet& make) {
  SequentialSettings settings(root, origin, unseen);
  auto model = root.child("model");
  const bool blank = (origin.from_run() && !origin.untrained) || origin.purpose == Purpose::look;
  nn::Params params = blank ? nn::Params::blank() : nn::Params(settings.seed);
  auto made =
      std::make_unique<SequentialModel>(std::move(settings), std::move(params), model, make);
  root.done();
  return made;
}

std::unique_ptr<Model> make_sequential(config::Reader& root, const Origin& origin) {
  return make_example_model(
      root, origin, {},
      [](config::Reader& model, nn::Params& params, const SequentialSettings& settings) {
        return std::make_unique<Network>(model, params, settings.input);
      });
}

}  // namespace dlt::models
