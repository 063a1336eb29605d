#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/spelling.h"

namespace dlt {

// The public names of one thing, in the manner of TensorFlow's tf_export.
struct Names {
  using List = std::vector<std::string_view>;

  List names;              // the first is canonical ("lm.mamba"), the others are aliases
  std::optional<List> v1;  // its names in version 1 of the API; by default the same
  List deprecated;         // of all of them: they work, with a warning

  const List& in_version(int version) const { return version == 1 && v1 ? *v1 : names; }

  // The first name that is not deprecated, else the first, else that of version 1 (behind
  // "compat.v1." if wanted), else "".
  enum class Prefix : bool { no, yes };
  std::string canonical(Prefix prefix = Prefix::no) const {
    if (names.empty() && v1 && !v1->empty()) {
      return (prefix == Prefix::yes ? "compat.v1." : "") + std::string(preferred(*v1));
    }
    return names.empty() ? "" : std::string(preferred(names));
  }

  List all() const {  // without repetition
    List found = names;
    for (std::string_view name : v1.value_or(List())) {
      if (!in(found, name)) found.push_back(name);
    }
    return found;
  }

  bool has(std::string_view name) const { return in(names, name) || (v1 && in(*v1, name)); }
  bool is_deprecated(std::string_view name) const { return in(deprecated, name); }

 private:
  static bool in(const List& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
  }

  std::string_view preferred(const List& list) const {
    const auto good = std::ranges::find_if(list, [&](auto name) { return !is_deprecated(name); });
    return good == list.end() ? list.front() : *good;
  }
};

// A thing and its names. `T` is whatever makes the thing.
template <class T>
struct Exported : Names {
  Exported(List n, std::string_view s, T m) : Names{std::move(n), {}, {}}, summary(s), make(m) {}
  Exported(Names n, std::string_view s, T m) : Names(std::move(n)), summary(s), make(m) {}
  std::string_view summary;  // one line
  T make;
};

// Everything of one kind by name. Mistakes in the names are errors where the registry is made:
// which is why a test touches every registry.
template <class T>
class Registry {
 public:
  // `areas`: what a dotted name may begin with ("nn" for "nn.conv2d"); none: anything.
  Registry(std::string_view kind, std::vector<Exported<T>> entries, Names::List areas = {})
      : kind_(kind), areas_(std::move(areas)) {
    for (Exported<T>& e : entries) add(std::move(e));
  }

  enum class Again : bool { no, yes };
  // The same `make` under other names needs Again::yes: the later names win. `overridden` things
  // lose theirs. Things that cannot be compared are all different.
  void add(Exported<T> e, Again again = Again::no, const std::vector<T>& overridden = {}) {
    if constexpr (std::equality_comparable<T>) {
      for (const T& old : overridden) remove(old);
      if (const Exported<T>* before = of(e.make)) {
        require(again == Again::yes, "{} '{}' is exported already, as '{}'", kind_, e.canonical(),
                before->canonical());
        remove(e.make);
      }
    }
    check(e);
    entries_.push_back(std::move(e));
  }

  const Exported<T>* of(const T& make) const {  // null if it has no public name
    const auto at = std::ranges::find(entries_, make, &Exported<T>::make);
    return at == entries_.end() ? nullptr : &*at;
  }

  const Exported<T>& find(std::string_view name) const {
    const Exported<T>* found = look(name);
    if (found == nullptr) fail(Exit::usage, "{}", unknown(name));
    return *found;
  }

  const Exported<T>* look(std::string_view name) const {  // null if nothing has the name
    const auto at = std::ranges::find_if(entries_, [&](const auto& e) { return e.has(name); });
    return at == entries_.end() ? nullptr : &*at;
  }

  // "unknown model 'lm.mambo'; did you mean 'lm.mamba'?"
  std::string unknown(std::string_view name) const {
    Names::List current = names();
    std::erase_if(current, [&](std::string_view n) { return look(n)->is_deprecated(n); });
    if (const auto meant = nearest(name, current); !meant.empty()) {
      return fmt::format("unknown {} '{}'; did you mean '{}'?", kind_, name, meant);
    }
    std::vector<std::string> canonical;
    for (const Exported<T>& e : entries_) canonical.push_back(e.canonical());
    const std::vector<std::string_view> known(canonical.begin(), canonical.end());
    return fmt::format("unknown {} '{}'{}", kind_, name, did_you_mean(name, known));
  }

  // "model 'mamba' is an old name: write 'lm.mamba'", or "" for a name that is not deprecated.
  std::string advice(std::string_view name) const {
    const Exported<T>* e = look(name);
    if (e == nullptr || !e->is_deprecated(name)) return "";
    return fmt::format("{} '{}' is an old name: write '{}'", kind_, name, e->canonical());
  }

  std::vector<std::string_view> names() const {  // canonical ones and aliases
    std::vector<std::string_view> known;
    for (const Exported<T>& e : entries_) {
      for (std::string_view name : e.all()) known.push_back(name);
    }
    return known;
  }

  const std::vector<Exported<T>>& all() const { return entries_; }
  std::string_view kind() const { return kind_; }

 private:
  void remove(const T& make) {
    std::erase_if(entries_, [&](const Exported<T>& e) { return e.make == make; });
  }

  void check(const Exported<T>& e) const {
    const Names::List all = e.all();
    require(!all.empty(), "a {} has no name", kind_);
    for (std::string_view name : all) {
      require(name == all.front() ? is_dotted_name(name) : is_alias_name(name),
              "{} name '{}' is not lower_case.dotted", kind_, name);
      require(in_area(name), "{} name '{}' is outside of {}", kind_, name, fmt_list(areas_));
      require(look(name) == nullptr, "{} '{}' is exported twice", kind_, name);
    }
    check_repeats(e.names, "exported");
    if (e.v1) check_repeats(*e.v1, "exported");
    check_repeats(e.deprecated, "deprecated");
    for (std::string_view old : e.deprecated) {
      require(e.has(old), "deprecated {} name '{}' is no name of '{}'", kind_, old, e.canonical());
    }
  }

  void check_repeats(Names::List list, std::string_view what) const {
    std::ranges::sort(list);
    const auto twice = std::ranges::adjacent_find(list);
    require(twice == list.end(), "{} '{}' is {} twice", kind_, twice == list.end() ? "" : *twice,
            what);
  }

  bool in_area(std::string_view name) const {
    const std::string_view area = name.substr(0, name.find('.'));
    if (area == name || areas_.empty()) return !name.starts_with("compat.");
    return std::ranges::find(areas_, area) != areas_.end();
  }

  static std::string fmt_list(const Names::List& list) {
    std::string text;
    for (std::string_view word : list) text += (text.empty() ? "" : ", ") + std::string(word);
    return text.empty() ? "what a name may begin with" : text;
  }

  std::string_view kind_;
  Names::List areas_;
  std::vector<Exported<T>> entries_;
};

}  // namespace dlt
