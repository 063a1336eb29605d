#pragma once

#include <string>
#include <vector>

namespace dlt::test {

// An empty folder of its own that is gone at the end of the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> list() const;  // names, sorted

 private:
  std::string path_;
};

}  // namespace dlt::test
