#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nn/params.h"

// Weights as Hugging Face's transformers name and lay them out, and as dlt does.
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

// Collects such rows.
class HfTable {
 public:
  void same(const std::string& ours, const Shape& shape, const std::string& theirs) {
    rows_.push_back({ours, shape, {{theirs, shape}}});
  }
  void transposed(const std::string& ours, std::int64_t out, std::int64_t in,
                  const std::string& theirs) {
    rows_.push_back({ours, {out, in}, {{theirs, {in, out}}}, /*transposed=*/true});
  }
  struct Share {
    std::string name;
    std::int64_t rows;
  };
  // Weight [rows, in] of a linear layer, and its bias if there is one, from layers side by side.
  void joined(const std::string& ours, std::int64_t in, bool bias,
              const std::vector<Share>& shares);
  std::vector<HfTensor> take() { return std::move(rows_); }

 private:
  std::vector<HfTensor> rows_;
};

// Where weights come from, so that a file need not be in memory as a whole.
struct HfSource {
  std::string where;  // for messages: a path
  std::map<std::string, Shape> shapes;
  std::function<Tensor(const std::string& name)> read;
};
// model.safetensors of a folder, or the files that model.safetensors.index.json names.
HfSource open_hf_weights(const std::string& folder);
HfSource weights_in_memory(const nn::StateDict& weights);  // which must live as long

struct HfHabits {
  std::string_view prefix;  // that files of the model without its head leave away
  std::function<bool(std::string_view name)> leftover;  // tensors to pass over
};

// Names and shapes both ways; to_hf() is also right for gradients. Exit::damaged for a tensor that
// is missing, of another shape, or unknown to the layout.
nn::StateDict to_hf(const nn::StateDict& ours, const std::vector<HfTensor>& rows);
nn::StateDict from_hf(const HfSource& source, const std::vector<HfTensor>& rows,
                      const HfHabits& habits);

}  // namespace dlt::models
