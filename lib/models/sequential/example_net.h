#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "models/vision/onnx.h"
#include "nn/context.h"
#include "tensor/tensor.h"

namespace dlt::models {

// A network that is trained on examples, whatever it is made of.
class ExampleNet {
 public:
  virtual ~ExampleNet() = default;

  struct Auxiliary {
    Tensor y;  // [batch, outputs], whose loss counts too
    double weight = 0;
  };
  struct Outputs {
    Tensor y;                          // [batch, outputs]
    std::vector<Auxiliary> auxiliary;  // in training alone
  };
  virtual Outputs run(const Tensor& x, nn::Training* training) const = 0;

  struct Row {
    std::string label;  // "3 (layers.linear)"
    Shape output;       // of one example, the batch of 1 with it
    std::int64_t parameters = 0;
    double macs = 0;
    std::array<std::int64_t, 2> receptive_field{};  // of pictures: height and width; 0: not known
    bool in_training_alone = false;
  };
  virtual const std::vector<Row>& rows() const = 0;
  virtual const Shape& output() const = 0;  // the batch of 1 with it
  // With these weights, if there is such a form.
  virtual std::optional<io::OnnxModel> onnx(const nn::StateDict& /*weights*/,
                                            const vision::OnnxNotes& /*notes*/) const {
    return {};
  }
};

}  // namespace dlt::models
