#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// What a run folder needs from the file system. Every failure is an Error (exit 1) that names the
// path and the system's reason.
namespace dlt::train {

bool exists(const std::string& path);  // a dangling link does not
bool is_folder(const std::string& path);
std::vector<std::string> names_in(const std::string& folder);  // sorted; none if it does not exist
std::string name_of_folder(const std::string& path);           // "b" of "a/b/"
void make_folders(const std::string& path);                    // and those above it
void remove_all(const std::string& path);

// While one is alive, no other program (nor this one) can have one of the same folder.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder);  // Exit::usage if another has it
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

// Adds the text, whole or, where the disk is full, not at all.
void append(const std::string& path, std::string_view text);

// Makes `link` a symbolic link to `target` (relative to the link's folder), atomically.
void point(const std::string& link, const std::string& target);
std::string target_of(const std::string& link);  // "" if it is no link

// A folder that appears under its name only once it is whole: `fill` writes into
// "<path>.partial", which is flushed to disk and renamed. What had the name before goes last.
void make_whole(const std::string& path, const std::function<void(const std::string&)>& fill);

}  // namespace dlt::train
