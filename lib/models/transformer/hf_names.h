#pragma once

#include <vector>

#include "models/hf_tensors.h"
#include "models/transformer/hf.h"

namespace dlt::models {

// All tensors of a model.
std::vector<HfTensor> hf_tensors(const TransformerConfig& c);

// from_hf() of tensors that are read one by one; buffers that old releases saved are passed over.
nn::StateDict from_hf(const HfSource& source, const TransformerConfig& c);

}  // namespace dlt::models
