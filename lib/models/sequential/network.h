#pragma once

#include <string>
#include <vector>

#include "config/reader.h"
#include "models/sequential/example_net.h"
#include "nn/params.h"
#include "nn/sequential.h"
#include "tensor/tensor.h"

namespace dlt::models {

// The layers of a config's list "layers", each made for the shape that the one before gives.
class Network : public ExampleNet {
 public:
  // `item`: the shape of one input, without the batch. Parameters are named as in
  // torch.nn.Sequential: "0.weight". Shapes are found by sending one example of zeros through; what
  // does not fit is an Error (Exit::usage) that names the layer and its place in the file.
  Network(config::Reader& model, nn::Params& params, const Shape& item);

  Tensor operator()(const Tensor& x, nn::Training* training) const { return net_(x, training); }

  Outputs run(const Tensor& x, nn::Training* training) const override {
    return {(*this)(x, training), {}};
  }
  const std::vector<Row>& rows() const override { return rows_; }
  const Shape& output() const override { return output_; }  // the batch of 1 with it

 private:
  Tensor add(config::Reader& layer, nn::Params& params, const Tensor& x, nn::Pass& pass);

  nn::Sequential net_;
  std::vector<Row> rows_;
  Shape output_;
};

}  // namespace dlt::models
