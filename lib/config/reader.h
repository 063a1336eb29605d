#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/registry.h"

namespace dlt::config {

struct Document;

// What one read said of a key: the documentation of a config.
struct Attribute {
  std::string pointer;   // "/optimizer/lr"
  std::string expected;  // "a number >= 0"
  std::string fallback;  // the default as JSON; empty: the key is required
};

// A cursor on one JSON object of a config file. Copies look into the same file. Every read is
// remembered: done() rejects the keys nobody asked for, resolved() holds every value that was used,
// given or default. Every mistake is an Error with Exit::usage of the form
//   a.json:3:15: /model/layers: expected an integer >= 1, got "6" (string)
class Reader {
 public:
  static Reader parse_file(const std::string& path);  // JSON, // and /* */ comments allowed
  static Reader parse_text(const std::string& text, const std::string& name);

  // "a.b=value", as --set takes it: replaces or adds the value at /a/b. The value is read as JSON,
  // or as a string where it is not JSON. Mistakes in it are reported at "--set a.b".
  void set(const std::string& assignment);

  // Overwrite `value` if the key is present; otherwise `value` is the documented default.
  void field(std::string_view key, bool& value);
  void field(std::string_view key, std::int64_t& value, std::int64_t min = 1,
             std::int64_t max = INT64_MAX);
  void field(std::string_view key, double& value, double min, double max);
  void field(std::string_view key, std::string& value);
  void field(std::string_view key, std::vector<double>& value, double min, double max);
  void field(std::string_view key, std::vector<std::string>& value);  // one stands for a list of it
  void field(std::string_view key, std::string& value,
             const std::vector<std::string_view>& allowed);

  // One integer stands for a list of one.
  void field(std::string_view key, std::vector<std::int64_t>& value, std::int64_t min = INT64_MIN,
             std::int64_t max = INT64_MAX);
  // One integer stands for both: height and width.
  void field(std::string_view key, std::array<std::int64_t, 2>& value, std::int64_t min,
             std::int64_t max);
  void field(std::string_view key, std::optional<double>& value, double min, double max);

  // A word for each value of an enum.
  template <class E>
  void choice(std::string_view key, E& value,
              const std::vector<std::pair<std::string_view, E>>& words) {
    std::vector<std::string_view> allowed;
    std::string word;
    for (const auto& [name, meaning] : words) {
      allowed.push_back(name);
      if (meaning == value) word = name;
    }
    field(key, word, allowed);
    for (const auto& [name, meaning] : words) {
      if (name == word) value = meaning;
    }
  }

  // A name out of a registry: unknown ones are errors, deprecated ones leave a warning.
  template <class T>
  const Exported<T>& named(std::string_view key, std::string& value, const Registry<T>& registry) {
    std::vector<std::string> known;
    for (const auto& e : registry.all()) known.push_back(e.canonical());
    name(key, value, known);
    const Exported<T>* found = registry.look(value);
    if (found == nullptr) fail(key, registry.unknown(value));
    warn(registry.advice(value));
    return *found;
  }

  // A key that says in other words what resolved() says: read, but left out there.
  void shorthand(std::string_view key, double& value, double min, double max);
  // Gives the keys of a JSON object, `defaults`, that this one has not.
  void preset(std::string_view defaults);

  // The next read of this key has no default: `expected` says what is wanted if it is missing.
  void need(std::string_view key, std::string_view expected);
  std::string required(std::string_view key);
  bool has(std::string_view key) const;  // present and not null
  bool is_list(std::string_view key) const;
  Reader child(std::string_view key);                  // an object; missing reads as {}
  std::vector<Reader> children(std::string_view key);  // a list of objects; missing reads as []
  void done() const;  // once, at the end: no key of the file was left unread

  [[noreturn]] void fail(std::string_view key, const std::string& message,
                         SourceLine where = {}) const;
  std::string resolved() const;                      // JSON text
  const std::vector<Attribute>& attributes() const;  // of the whole file, in the order of reading
  void warn(const std::string& message);             // "" is none, and the same twice is one
  const std::vector<std::string>& warnings() const;

 private:
  Reader(std::shared_ptr<Document> doc, std::string pointer);
  const nlohmann::json* look_up(std::string_view key);
  void name(std::string_view key, std::string& value, const std::vector<std::string>& known);
  void resolve(std::string_view key, const nlohmann::json& value);
  void note(std::string_view key, std::string expected, const nlohmann::json& fallback);
  template <class T>
  std::vector<T> numbers(std::string_view key, const nlohmann::json& list, T min, T max) const;

  std::shared_ptr<Document> doc_;
  std::string pointer_;  // RFC 6901, "" for the root
};

}  // namespace dlt::config
