#pragma once

#include <string>
#include <vector>

#include "config/reader.h"
#include "nn/params.h"
#include "nn/sequential.h"
#include "tensor/tensor.h"

namespace dlt::models {

// The layers of a config's list "layers", each made for the shape that the one before gives.
class Network {
 public:
  // `item`: the shape of one input, without the batch. Parameters are named as in
  // torch.nn.Sequential: "0.weight". Shapes are found by sending one example of zeros through; what
  // does not fit is an Error (Exit::usage) that names the layer and its place in the file.
  Network(config::Reader& model, nn::Params& params, const Shape& item);

  Tensor operator()(const Tensor& x, nn::Training* training) const { return net_(x, training); }

  struct Row {
    std::string label;  // "3 (layers.linear)"
    Shape output;       // of one example, the batch of 1 with it
    std::int64_t parameters = 0;
    double macs = 0;
  };
  const std::vector<Row>& rows() const { return rows_; }
  const Shape& output() const { return output_; }  // the batch of 1 with it

 private:
  Tensor add(config::Reader& layer, nn::Params& params, const Tensor& x, nn::Pass& pass);

  nn::Sequential net_;
  std::vector<Row> rows_;
  Shape output_;
};

}  // namespace dlt::models
