#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/transformer/hf.h"

namespace dlt::models {

// A tensor as Hugging Face has it.
struct HfPart {
  std::string name;
  Shape shape;
};

// One of dlt's tensors and the parts that Hugging Face keeps it in, joined along the first axis.
struct HfTensor {
  std::string ours;
  Shape shape;
  std::vector<HfPart> parts;
  bool transposed = false;  // then it is one part, [in, out]
  bool absent = false;      // dlt has none: a bias that is zero there
};

// All tensors of a model.
std::vector<HfTensor> hf_tensors(const TransformerConfig& c);

// Where weights come from, so that a file need not be in memory as a whole.
struct HfSource {
  std::string where;  // for messages: a path
  std::map<std::string, Shape> shapes;
  std::function<Tensor(const std::string& name)> read;
};

// from_hf() of tensors that are read one by one. Exit::damaged for a tensor that is missing, of
// another shape, or unknown to the layout; buffers that old releases saved are passed over.
nn::StateDict from_hf(const HfSource& source, const TransformerConfig& c);

}  // namespace dlt::models
