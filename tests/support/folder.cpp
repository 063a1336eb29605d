#include "support/folder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"

namespace dlt::test {

Folder::Folder() : path_(std::filesystem::temp_directory_path() / "dlt-test-XXXXXX") {
  require(::mkdtemp(path_.data()) != nullptr, "cannot make a folder for this test: {}", path_);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::list() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace dlt::test
