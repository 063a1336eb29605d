#pragma once

#include <string>
#include <string_view>

#include "base/file.h"

namespace dlt::io {

// All bytes of a file, mapped; of a gzip file (told by its content) what it unpacks to. `exit` is
// the code of the Error where that cannot be read.
class FileBytes {
 public:
  FileBytes(const std::string& path, Exit exit);

  std::string_view text() const { return unpacked_ ? text_ : map_.text(); }
  bool unpacked() const { return unpacked_; }

 private:
  MappedFile map_;
  std::string text_;
  bool unpacked_ = false;
};

}  // namespace dlt::io
