#include "models/sequence/sequence_model.h"

#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "models/count_under.h"
#include "models/export_tensors.h"
#include "models/kept_data.h"
#include "models/sequence/settings.h"
#include "ops/ops.h"
#include "train/checkpoint.h"

namespace dlt::models {
namespace {

using data::SequenceBatch;

// Sequences of which every step that is asked for is told right.
double sequences_right(const Tensor& logits, const SequenceBatch& b) {
  const Indices told = ops::argmax(logits, 1);
  const std::int64_t time = b.ids.shape().dim(1);
  std::vector<bool> right(b.sizes.size(), true);
  for (std::int64_t i = 0; i < told.size(); ++i) {
    const auto row = static_cast<std::size_t>(b.asked.data()[i] / time);
    if (told.data()[i] != b.wanted.labels.data()[i]) right[row] = false;
  }
  return static_cast<double>(std::ranges::count(right, true));
}

class SequenceModel : public Model, train::Task, TextClasses {
 public:
  SequenceModel(SequenceSettings settings, nn::Params params)
      : s_(std::move(settings)),
        params_(std::move(params)),
        net_(nn::Scope(params_), s_.backbone, s_.shape, s_.pooling) {
    if (s_.set != nullptr) labels_ = s_.set->labels();
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

  train::Task& synthetic_task() override {
    synthetic_ = true;
    return *this;
  }

  TextClasses* text_classes() override { return labels_.empty() ? nullptr : this; }
  const std::vector<std::string>& labels() const override { return labels_; }
  Tensor probabilities(std::span<const std::string> texts) const override;

 private:
  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  std::vector<std::string_view> metrics() const override;
  train::Metrics evaluate() override { return measure(s_.opened->valid, s_.eval_batches); }
  std::int64_t items_per_part() const override { return s_.batch; }
  std::string_view item_name() const override { return "sequences"; }

  SequenceBatch training_batch(std::int64_t place) const;
  SequenceBatch random_batch(std::uint64_t seed) const;
  train::Metrics measure(const data::Sequences& all, std::int64_t most_batches) const;

  SequenceSettings s_;
  nn::Params params_;
  SequenceNet net_;
  std::vector<std::string> labels_;  // of classes of texts
  bool synthetic_ = false;
};

void SequenceModel::open_data(const std::string& run) {
  require(s_.set != nullptr, Exit::usage,
          R"(the config has no data: add "data": {{"name": "induction"}}, say)");
  check_kept(run, s_.set->kept());
  require(s_.opened->train.size > 0, Exit::data, "the training data have no examples");
  s_.check_length(s_.opened->train, "the training data");
  s_.check_length(s_.opened->valid, "the held-out data");
}

SequenceBatch SequenceModel::training_batch(std::int64_t place) const {
  const data::Sequences& all = s_.opened->train;
  return collate(all, data::batch_members(all, s_.batch, place, derive(s_.seed, "examples")),
                 s_.shape.channels);
}

SequenceBatch SequenceModel::random_batch(std::uint64_t seed) const {
  Rng rng(seed);
  const data::SequenceShape& shape = s_.shape;
  const auto below = [&rng](std::int64_t n) {
    return static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(n)));
  };
  const auto normal = [&rng] { return static_cast<real>(rng.normal()); };
  std::vector<data::Sequence> rows(static_cast<std::size_t>(s_.batch));
  for (data::Sequence& row : rows) {
    if (shape.channels > 0) {
      row.numbers.resize(static_cast<std::size_t>(shape.longest * shape.channels));
      std::ranges::generate(row.numbers, normal);
    } else {
      row.ids.resize(static_cast<std::size_t>(shape.longest));
      std::ranges::generate(row.ids, [&] { return below(shape.vocabulary); });
    }
    row.label = below(shape.outputs);
    if (shape.target == data::Target::classes) continue;
    row.targets.resize(static_cast<std::size_t>(shape.outputs));
    std::ranges::generate(row.targets, normal);
  }
  const data::Sequences all = data::in_memory(std::move(rows), shape.channels);
  return collate(all, data::batch_members(all, s_.batch, 0, seed), shape.channels);
}

Tensor SequenceModel::loss(std::int64_t step, std::int64_t part) {
  const std::int64_t place = (step - 1) * s_.fit.step.accumulate + part;
  const std::uint64_t seed = derive(s_.seed, static_cast<std::uint64_t>(place));
  const bool made_up = s_.set != nullptr && s_.set->made_up();
  const SequenceBatch batch = synthetic_ && !made_up ? random_batch(seed) : training_batch(place);
  nn::Training training(derive(seed, "dropout"));
  return s_.objective->loss(net_(batch, &training), batch.wanted);
}

std::vector<std::string_view> SequenceModel::metrics() const {
  auto all = s_.objective->metric_names();
  if (s_.shape.asks_steps) all.emplace_back("exact");
  return all;
}

// In batches of like length; spread evenly if there are more than most_batches of them.
train::Metrics SequenceModel::measure(const data::Sequences& all, std::int64_t most_batches) const {
  constexpr std::int64_t least = 64, most_steps = 1 << 16;  // sequences, steps at once
  if (all.size == 0) return {};
  const autograd::NoGrad off;
  const auto cuts = data::cut_by_length(all, std::max(s_.batch, least), most_steps);
  const std::int64_t there = std::ssize(cuts);
  const std::int64_t batches = most_batches > 0 ? std::min(there, most_batches) : there;
  Objective::Sums sums;
  double sequences = 0, right = 0;
  for (std::int64_t i = 0; i < batches; ++i) {
    const auto& members = cuts[static_cast<std::size_t>(i * there / batches)];
    const SequenceBatch batch = collate(all, members, s_.shape.channels);
    const Tensor output = net_(batch, nullptr);
    s_.objective->add(output, batch.wanted, sums);
    sequences += static_cast<double>(members.size());
    if (s_.shape.asks_steps) right += sequences_right(output, batch);
  }
  train::Metrics metrics = s_.objective->metrics(sums);
  for (auto& [name, value] : metrics) {
    if (name == "rmse") value *= s_.shape.unit;
    if (name == "mse") value *= s_.shape.unit * s_.shape.unit;
  }
  if (s_.shape.asks_steps) metrics.emplace_back("exact", right / sequences);
  return metrics;
}

train::Metrics SequenceModel::evaluate(const std::string& data) {
  require(s_.set != nullptr, Exit::usage, "the run's config has no data to evaluate on");
  const data::Sequences all = s_.set->held_out(data);
  require(all.size > 0, Exit::data,
          "all data were used for training (nothing is held out): give held-out ones with --data");
  s_.check_length(all, data.empty() ? "the held-out data" : "'" + data + "'");
  return measure(all, 0);
}

Tensor SequenceModel::probabilities(std::span<const std::string> texts) const {
  const autograd::NoGrad off;
  std::vector<data::Sequence> rows;
  for (const std::string& text : texts) rows.push_back(s_.set->read(text));
  const data::Sequences all = data::in_memory(std::move(rows), 0);
  Tensor p = Tensor::uninitialized({all.size, s_.shape.outputs});
  for (const auto& members : data::cut_by_length(all, 64, 1 << 16)) {
    const Tensor some = ops::softmax(net_(collate(all, members, 0), nullptr));
    for (std::size_t i = 0; i < members.size(); ++i) {
      std::copy_n(some.data() + static_cast<std::int64_t>(i) * some.dim(1), some.dim(1),
                  p.mutable_data() + members[i] * some.dim(1));
    }
  }
  return p;
}

Summary SequenceModel::summary() const {
  const std::int64_t time = s_.shape.longest, steps = s_.batch * time;
  Summary s;
  double macs = 0, kept = 0;
  for (const Stack::Row& row : net_.rows(time)) {
    const auto row_macs = static_cast<double>(row.cost.macs) * static_cast<double>(steps);
    s.layers.push_back({row.name,
                        {s_.batch, time, s_.backbone.width},
                        count_under(params_.all(), row.name),
                        static_cast<std::int64_t>(std::min(row_macs, 9e18))});
    macs += row_macs;
    kept += static_cast<double>(row.cost.kept) * static_cast<double>(steps);
  }
  const std::int64_t head = s_.backbone.width * s_.shape.outputs;
  s.layers.push_back(
      {"head", {s_.batch, s_.shape.outputs}, head + s_.shape.outputs, s_.batch * head});
  s.parameters = params_.count();
  s.items_per_step = s_.batch * s_.fit.step.accumulate;
  s.flops_per_step = 6 * macs * static_cast<double>(s_.fit.step.accumulate);
  s.weight_bytes = s.parameters * static_cast<std::int64_t>(sizeof(real));
  const double bytes = 4 * static_cast<double>(s.weight_bytes) + kept * sizeof(real);
  s.training_bytes = static_cast<std::int64_t>(std::min(bytes, 9e18));
  return s;
}

}  // namespace

std::unique_ptr<Model> make_sequence_model(config::Reader& root, const Origin& origin,
                                           ReadBackbone read) {
  SequenceSettings settings(root, origin, read);
  const bool blank = origin.from_run() || origin.purpose == Purpose::look;
  nn::Params params = blank ? nn::Params::blank() : nn::Params(settings.seed);
  auto made = std::make_unique<SequenceModel>(std::move(settings), std::move(params));
  root.done();
  return made;
}

}  // namespace dlt::models
