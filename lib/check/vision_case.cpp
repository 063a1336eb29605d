#include "check/vision_case.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "check/compare.h"
#include "io/safetensors.h"
#include "models/vision/import.h"
#include "models/vision/network.h"

namespace dlt::check {

std::vector<Outcome> replay_vision(const std::string& dir) {
  const models::ImportedClassifier from = models::import_classifier(dir);
  nn::Params params = nn::Params::blank();
  const models::vision::Network net(nn::Scope(params), from.graph);
  params.load(from.weights);
  const io::SafetensorsFile expected(dir + "/expected.safetensors");
  const Tensor x = expected.tensor("x"), logits = expected.tensor("logits");
  const Shape& taken = from.graph.shape(from.graph.input());
  require(x.shape().rank() == 4 && x.dim(1) == taken.dim(0), Exit::data,
          "{}: x {} is not [batch, {}, height, width], as {} takes it", expected.path(), x.shape(),
          taken.dim(0), from.name);
  const autograd::NoGrad off;
  return {compare(from.name + " logits", net(x, nullptr).y, logits)};
}

}  // namespace dlt::check
