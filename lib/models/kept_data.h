#pragma once

#include <string>

#include "base/error.h"
#include "base/file.h"

// What a data set has learned (its kept()), as data.json in a run's folder.
namespace dlt::models {

inline void write_kept(const std::string& file, const std::string& kept) {
  if (!kept.empty()) write_file(file, kept);
}

template <class Set>
void restore_kept(Set& set, const std::string& run) {
  if (set.kept().empty()) return;
  const std::string path = run + "/data.json";
  set.restore(read_file(path, Exit::damaged), path);
}

// An Error (Exit::data) if the run to resume ("": none) has learned something else.
void check_kept(const std::string& run, const std::string& kept);

}  // namespace dlt::models
