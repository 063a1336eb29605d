#pragma once

#include <cstdint>
#include <string>

namespace dlt::app {

struct EmbedClassesOptions {
  std::string vectors, out;  // out "": standard output
  std::int64_t classes = 0, rounds = 10;
  bool json = false;
};
void embed_classes(const EmbedClassesOptions& options);

}  // namespace dlt::app
