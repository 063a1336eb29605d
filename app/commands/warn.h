#pragma once

#include "config/reader.h"

namespace dlt::app {

// Says on stderr what reading the config left to say (old names), each thing once.
void warn(const config::Reader& root);

}  // namespace dlt::app
