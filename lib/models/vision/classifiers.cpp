#include "models/vision/classifiers.h"

namespace dlt::models::vision {

const std::vector<Classifier>& classifiers() {
  static const std::vector<Classifier> all = {
      {"vision.googlenet",
       read_googlenet,
       224,
       {"{}", R"({"auxiliary": false})", R"({"true_5x5": true})",
        R"({"true_5x5": true, "auxiliary": false})"}},
      {"vision.inception_v3", read_inception_v3, 299, {"{}", R"({"auxiliary": false})"}},
      {"vision.xception", read_xception, 299, {"{}"}},
      {"vision.squeezenet", read_squeezenet, 224, {"{}", R"({"version": "1.0"})"}},
      {"vision.mobilenet_v1",
       read_mobilenet_v1,
       224,
       {"{}", R"({"width": 0.75})", R"({"width": 0.5})", R"({"width": 0.25})"}},
      {"vision.mobilenet_v2",
       read_mobilenet_v2,
       224,
       {"{}", R"({"width": 1.4})", R"({"width": 1.3})", R"({"width": 0.75})", R"({"width": 0.5})",
        R"({"width": 0.35})", R"({"width": 0.25})", R"({"width": 0.1})"}},
      {"vision.shufflenet_v1",
       read_shufflenet_v1,
       224,
       {"{}", R"({"width": 0.5})", R"({"width": 1.5})", R"({"width": 2})", R"({"groups": 8})",
        R"({"groups": 8, "width": 0.5})", R"({"groups": 8, "width": 1.5})",
        R"({"groups": 8, "width": 2})"}},
      {"vision.shufflenet_v2",
       read_shufflenet_v2,
       224,
       {"{}", R"({"width": 0.5})", R"({"width": 1.5})", R"({"width": 2})"}},
      {"vision.resnet18", read_resnet18, 224, {"{}", R"({"small_input": true})"}},
  };
  return all;
}

}  // namespace dlt::models::vision
