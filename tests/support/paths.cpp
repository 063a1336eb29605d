#include "support/paths.h"

namespace dlt::test {

std::string in_source(const std::string& path) { return DLT_SOURCE_DIR "/" + path; }
std::string binary() { return DLT_BINARY; }

}  // namespace dlt::test
