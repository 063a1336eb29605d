#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "models/vision/graph.h"

// The architectures that tell classes of pictures apart. Names of parameters are torchvision's;
// where it has not the model, those of its authors' code or, for Xception, of Keras's layers.
namespace dlt::models::vision {

// The graph for pictures [channels, height, width]; an Error (Exit::usage) if they are too small.
using BuildGraph = std::function<Graph(const Shape& input, std::int64_t classes)>;
// Reads the keys of an architecture. "small_input": the first layers keep the size of pictures of
// some 30 pixels, which they would halve or quarter.
using ReadClassifier = BuildGraph (*)(config::Reader& model);

BuildGraph read_mobilenet_v1(config::Reader& model);   // Howard et al. (2017)
BuildGraph read_mobilenet_v2(config::Reader& model);   // Sandler et al. (2018)
BuildGraph read_shufflenet_v1(config::Reader& model);  // Zhang et al. (2018), as in Megvii's code
BuildGraph read_shufflenet_v2(config::Reader& model);  // Ma et al. (2018)
BuildGraph read_squeezenet(config::Reader& model);     // Iandola et al. (2016)
BuildGraph read_resnet18(config::Reader& model);       // He et al. (2016)
BuildGraph read_googlenet(config::Reader& model);      // Szegedy et al. (2015), with batch norms
BuildGraph read_inception_v3(config::Reader& model);   // Szegedy et al. (2016)
BuildGraph read_xception(config::Reader& model);       // Chollet (2017)

struct Classifier {
  std::string_view name;
  ReadClassifier read;
  std::int64_t side;                  // of the pictures it was made for
  std::vector<std::string> variants;  // configs of the published ones, as files of weights are of
};
const std::vector<Classifier>& classifiers();

}  // namespace dlt::models::vision
