#pragma once

#include "models/model.h"
#include "models/vision/classifiers.h"

namespace dlt::models {

// "vision.*": an architecture trained to tell classes of pictures. Without data it is for pictures
// of the size it was published for, in three colours, of a thousand classes.
std::unique_ptr<Model> make_classifier(config::Reader& root, const Origin& origin,
                                       vision::ReadClassifier read);
template <vision::ReadClassifier read>
std::unique_ptr<Model> make_classifier(config::Reader& root, const Origin& origin) {
  return make_classifier(root, origin, read);
}

}  // namespace dlt::models
