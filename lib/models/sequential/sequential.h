#pragma once

#include <functional>

#include "models/model.h"
#include "models/sequential/example_net.h"
#include "models/sequential/settings.h"
#include "nn/params.h"

namespace dlt::models {

// Makes the network of a config for the settings' input and classes.
using MakeExampleNet = std::function<std::unique_ptr<ExampleNet>(
    config::Reader& model, nn::Params& params, const SequentialSettings& settings)>;

// A network trained on examples to tell classes or numbers.
std::unique_ptr<Model> make_example_model(config::Reader& root, const Origin& origin,
                                          const Unseen& unseen, const MakeExampleNet& make);

// "net.sequential": a list of layers by public name, trained on examples to tell classes or
// numbers.
std::unique_ptr<Model> make_sequential(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
