#pragma once

#include <string>

#include "config/reader.h"
#include "data/example_set.h"
#include "train/metrics.h"

namespace dlt::models {

// What a network of examples is trained to make small, and how well it does it.
class Objective {
 public:
  explicit Objective(config::Reader& model);  // reads "loss" and what belongs to it

  data::Target target() const;
  const std::string& name() const { return name_; }

  // An Error (Exit::usage) if outputs of this shape ([1, ...], for a batch of one) cannot be
  // compared with anything.
  void check_output(const Shape& output, config::Reader& model) const;
  Tensor loss(const Tensor& output, const data::ExampleBatch& batch) const;

  // Sums over batches, and the metrics they come to: loss first, then accuracy, or mse, rmse, r2.
  struct Sums {
    double count = 0, loss = 0, right = 0;
    double squares = 0;          // of errors
    std::vector<double> origin;  // the first target of each output: the others count from there
    std::vector<double> targets, targets_squared;
  };
  void add(const Tensor& output, const data::ExampleBatch& batch, Sums& sums) const;
  train::Metrics metrics(const Sums& sums) const;
  std::vector<std::string_view> metric_names() const;

 private:
  Tensor smoothed_loss(const Tensor& output, const Indices& labels) const;
  Tensor plain_loss(const Tensor& output, const data::ExampleBatch& batch) const;

  std::string name_ = "cross_entropy";
  double smoothing_ = 0;
};

}  // namespace dlt::models
