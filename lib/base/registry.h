#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/spelling.h"

namespace dlt {

// Public names, in the manner of tf_export: the first name is canonical ("lm.mamba"), the others
// are aliases that keep old configs working. `T` is whatever makes the thing.
template <class T>
struct Exported {
  std::vector<std::string_view> names;
  std::string_view summary;  // one line for `dlt list`
  T make;
};

template <class T>
class Registry {
 public:
  Registry(std::string_view kind, std::initializer_list<Exported<T>> entries)
      : kind_(kind), entries_(entries) {
    std::vector<std::string_view> seen;
    for (const Exported<T>& e : entries_) {
      for (std::string_view name : e.names) {
        require(is_dotted_name(name), "{} name '{}' is not lower_case.dotted", kind_, name);
        require(std::ranges::find(seen, name) == seen.end(), "{} '{}' is exported twice", kind_,
                name);
        seen.push_back(name);
      }
    }
  }

  const Exported<T>& find(std::string_view name) const {
    const Exported<T>* found = look(name);
    if (found == nullptr) fail(Exit::usage, "{}", unknown(name));
    return *found;
  }

  const Exported<T>* look(std::string_view name) const {  // null if nothing has the name
    for (const Exported<T>& e : entries_) {
      if (std::ranges::find(e.names, name) != e.names.end()) return &e;
    }
    return nullptr;
  }

  // "unknown model 'lm.mambo'; did you mean 'lm.mamba'?"
  std::string unknown(std::string_view name) const {
    std::vector<std::string_view> known;
    for (const Exported<T>& e : entries_) known.push_back(e.names.front());
    return fmt::format("unknown {} '{}'{}", kind_, name, did_you_mean(name, known));
  }

  std::vector<std::string_view> names() const {  // canonical ones and aliases
    std::vector<std::string_view> all;
    for (const Exported<T>& e : entries_) all.insert(all.end(), e.names.begin(), e.names.end());
    return all;
  }

  const std::vector<Exported<T>>& all() const { return entries_; }

 private:
  std::string_view kind_;
  std::vector<Exported<T>> entries_;
};

}  // namespace dlt
