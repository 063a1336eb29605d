#pragma once

#include "embed/onehot.h"

namespace dlt::app {

struct EmbedOnehotOptions {
  embed::OnehotSettings settings;
  bool json = false;
};
// Returns the exit code: 0 if look-up and product are the same, else 1.
int embed_onehot(const EmbedOnehotOptions& options);

}  // namespace dlt::app
