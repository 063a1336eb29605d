#include "config/reader.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/json_scan.h"
#include "base/spelling.h"
#include "base/utf8.h"
#include "config/locate.h"

namespace dlt::config {

using nlohmann::json;
using nlohmann::ordered_json;

struct Document {
  Source source;
  json given;
  ordered_json resolved = ordered_json::object();  // in the order of reading
  std::set<std::string> asked;                     // pointers that some read named
  std::set<std::string> needed;                    // pointers without a default
  std::vector<Attribute> attributes;
  std::vector<std::string> warnings;
};

namespace {

using Pointer = json::json_pointer;

std::string join(const std::string& pointer, std::string_view key) {
  return (Pointer(pointer) / std::string(key)).to_string();
}

std::string shown(const json& v) {
  constexpr std::size_t longest = 60;
  std::string text = v.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
  if (text.size() > longest) {
    std::size_t end = longest;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // whole characters
    text = text.substr(0, end) + "...";
  }
  return text + " (" + v.type_name() + ")";
}

// The integer a JSON number stands for: 1000, 1e3 and 1000.0 are the same.
std::optional<std::int64_t> integer(const json& v) {
  if (v.is_number_unsigned()) {
    const auto u = v.get<std::uint64_t>();
    return u <= INT64_MAX ? std::optional(static_cast<std::int64_t>(u)) : std::nullopt;
  }
  if (v.is_number_integer()) return v.get<std::int64_t>();
  if (!v.is_number_float()) return std::nullopt;
  const double d = v.get<double>();
  if (d != std::trunc(d) || d < -0x1p63 || d >= 0x1p63) return std::nullopt;
  return static_cast<std::int64_t>(d);
}

std::string integers_in(std::int64_t min, std::int64_t max) {
  if (max < INT64_MAX) return fmt::format("an integer in [{}, {}]", min, max);
  return min > INT64_MIN ? fmt::format("an integer >= {}", min) : "an integer";
}

// " in [0, 1]", " >= 0", "" and so on; infinite or largest bounds are no bounds.
std::string range(double min, double max) {
  constexpr double end = std::numeric_limits<double>::max();
  if (min > -end && max < end) return fmt::format(" in [{}, {}]", min, max);
  return min > -end ? fmt::format(" >= {}", min) : max < end ? fmt::format(" <= {}", max) : "";
}

bool is_number_in(const json& v, double min, double max) {
  return v.is_number() && v.get<double>() >= min && v.get<double>() <= max;
}

ordered_json& place_for(ordered_json& root, const std::string& pointer) {
  std::vector<std::string> keys;  // innermost first
  for (Pointer rest(pointer); !rest.empty(); rest.pop_back()) keys.push_back(rest.back());
  ordered_json* at = &root;
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    if (at->is_array()) {  // of objects; see children()
      at = &(*at)[std::stoul(*key)];
      continue;
    }
    if (!at->is_object()) *at = ordered_json::object();
    at = &(*at)[*key];
  }
  return *at;
}

}  // namespace

Reader::Reader(std::shared_ptr<Document> doc, std::string pointer)
    : doc_(std::move(doc)), pointer_(std::move(pointer)) {}

Reader Reader::parse_file(const std::string& path) {
  return parse_text(read_file(path, Exit::usage), path);
}

Reader Reader::parse_text(const std::string& text, const std::string& name) {
  if (const auto mistake = find_json_mistake(text, Comments::yes)) {
    dlt::fail(Exit::usage, "{}:{}: not valid JSON: {}", name,
              line_and_column(text, mistake->offset), mistake->reason);
  }
  auto doc = std::make_shared<Document>();
  doc->source = {name, text, {}};
  doc->given = json::parse(text, nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  require(doc->given.is_object(), Exit::usage, "{}: expected one JSON object, got {}",
          locate(doc->source, "", Part::value), shown(doc->given));
  return {doc, ""};
}

void Reader::set(const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string path = assignment.substr(0, equals), name = "--set " + path;
  require(equals != assignment.npos && !path.empty() && path.front() != '.' && path.back() != '.' &&
              path.find("..") == path.npos,
          Exit::usage, "--set {}: expected the form a.b=value, as in --set train.steps=100",
          assignment);
  const std::string text = assignment.substr(equals + 1);
  require(is_utf8(assignment), Exit::usage, "--set: the assignment is not UTF-8 text");

  json* at = &doc_->given;
  std::string pointer;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    if (at->is_null()) *at = json::object();
    require(at->is_object(), Exit::usage, "{}: {} is not an object but {}", name, pointer,
            shown(*at));
    const std::string key = path.substr(begin, end - begin);
    pointer = join(pointer, key);
    at = &(*at)[key];
    begin = end + 1;
  }
  const bool is_json = !find_json_mistake(text, Comments::no);
  *at = is_json ? json::parse(text) : json(text);
  std::erase_if(doc_->source.set,
                [&](const auto& s) { return s.first.starts_with(pointer + "/"); });
  doc_->source.set[pointer] = name;
}

const json* Reader::look_up(std::string_view key) {
  const Pointer at(join(pointer_, key));
  doc_->asked.insert(at.to_string());
  if (!has(key)) return nullptr;
  return &doc_->given[at];
}

bool Reader::has(std::string_view key) const {
  const Pointer at(join(pointer_, key));
  return doc_->given.contains(at) && !doc_->given[at].is_null();
}

bool Reader::is_list(std::string_view key) const {
  return has(key) && doc_->given[Pointer(join(pointer_, key))].is_array();
}

void Reader::resolve(std::string_view key, const json& value) {
  place_for(doc_->resolved, join(pointer_, key)) = ordered_json(value);
}

void Reader::note(std::string_view key, std::string expected, const json& fallback) {
  const std::string at = join(pointer_, key);
  const auto same = [&](const Attribute& a) { return a.pointer == at; };
  if (std::ranges::any_of(doc_->attributes, same)) return;
  doc_->attributes.push_back(
      {at, std::move(expected), doc_->needed.contains(at) ? "" : fallback.dump()});
}

const std::vector<Attribute>& Reader::attributes() const { return doc_->attributes; }

void Reader::need(std::string_view key, std::string_view expected) {
  doc_->needed.insert(join(pointer_, key));
  if (look_up(key) == nullptr) fail(key, fmt::format("is required, {}", expected));
}

void Reader::field(std::string_view key, bool& value) {
  note(key, "true or false", value);
  if (const json* v = look_up(key)) {
    if (!v->is_boolean()) fail(key, "expected true or false, got " + shown(*v));
    value = v->get<bool>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::int64_t& value, std::int64_t min, std::int64_t max) {
  note(key, integers_in(min, max), value);
  if (const json* v = look_up(key)) {
    const auto given = integer(*v);
    if (!given || *given < min || *given > max) {
      fail(key, fmt::format("expected {}, got {}", integers_in(min, max), shown(*v)));
    }
    value = *given;
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, double& value, double min, double max) {
  note(key, "a number" + range(min, max), value);
  if (const json* v = look_up(key)) {
    if (!is_number_in(*v, min, max)) {
      fail(key, fmt::format("expected a number{}, got {}", range(min, max), shown(*v)));
    }
    value = v->get<double>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::optional<double>& value, double min, double max) {
  note(key, "a number" + range(min, max) + " or null", value ? json(*value) : json());
  if (!has(key)) {
    look_up(key);
    return resolve(key, value ? json(*value) : json());
  }
  double given = 0;
  field(key, given, min, max);
  value = given;
}

// The elements of a list that is one, each checked.
template <class T>
std::vector<T> Reader::numbers(std::string_view key, const json& list, T min, T max) const {
  const Reader inside(doc_, join(pointer_, key));
  std::vector<T> all;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if constexpr (std::is_same_v<T, double>) {
      if (!is_number_in(list[i], min, max)) {
        inside.fail(std::to_string(i),
                    fmt::format("expected a number{}, got {}", range(min, max), shown(list[i])));
      }
      all.push_back(list[i].template get<double>());
    } else {
      const auto given = integer(list[i]);
      if (!given || *given < min || *given > max) {
        inside.fail(std::to_string(i),
                    fmt::format("expected {}, got {}", integers_in(min, max), shown(list[i])));
      }
      all.push_back(*given);
    }
  }
  return all;
}

void Reader::field(std::string_view key, std::vector<double>& value, double min, double max) {
  note(key, "a list of numbers" + range(min, max), value);
  if (const json* v = look_up(key)) {
    if (!v->is_array()) {
      fail(key, fmt::format("expected a list of numbers{}, got {}", range(min, max), shown(*v)));
    }
    value = numbers<double>(key, *v, min, max);
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::vector<std::int64_t>& value, std::int64_t min,
                   std::int64_t max) {
  const std::string expected = integers_in(min, max) + " or a list of them";
  note(key, expected, value);
  if (const json* v = look_up(key)) {
    if (v->is_number()) {
      value = {0};
      return field(key, value.front(), min, max);
    }
    if (!v->is_array()) fail(key, fmt::format("expected {}, got {}", expected, shown(*v)));
    value = numbers<std::int64_t>(key, *v, min, max);
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::array<std::int64_t, 2>& value, std::int64_t min,
                   std::int64_t max) {
  const std::string expected = integers_in(min, max) + " or a list of two: height, width";
  note(key, expected, value);
  std::vector<std::int64_t> given(value.begin(), value.end());
  field(key, given, min, max);
  if (given.size() == 1) given.push_back(given.front());
  if (given.size() != 2)
    fail(key, fmt::format("expected {}, got {} numbers", expected, given.size()));
  std::ranges::copy(given, value.begin());
}

void Reader::field(std::string_view key, std::vector<std::string>& value) {
  note(key, "a string or a list of strings", value);
  if (const json* v = look_up(key)) {
    const json list = v->is_string() ? json::array({*v}) : *v;
    const auto is_string = [](const json& item) { return item.is_string(); };
    if (!list.is_array() || !std::ranges::all_of(list, is_string)) {
      fail(key, "expected a string or a list of strings, got " + shown(*v));
    }
    value = list.get<std::vector<std::string>>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::string& value) {
  note(key, "a string", value);
  if (const json* v = look_up(key)) {
    if (!v->is_string()) fail(key, "expected a string, got " + shown(*v));
    value = v->get<std::string>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::string& value,
                   const std::vector<std::string_view>& allowed) {
  note(key, fmt::format("one of {}", fmt::join(allowed, ", ")), value);
  if (const json* v = look_up(key)) {
    const std::string given = v->is_string() ? v->get<std::string>() : "";
    if (std::ranges::find(allowed, given) == allowed.end()) {
      const auto meant = nearest(given, allowed);
      fail(key, fmt::format("expected one of {}, got {}", fmt::join(allowed, ", "), shown(*v)) +
                    (meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)));
    }
    value = given;
  }
  resolve(key, value);
}

void Reader::name(std::string_view key, std::string& value, const std::vector<std::string>& known) {
  note(key, fmt::format("one of {}", fmt::join(known, ", ")), value);
  field(key, value);
}

void Reader::warn(const std::string& message) {
  auto& all = doc_->warnings;
  if (!message.empty() && std::ranges::find(all, message) == all.end()) all.push_back(message);
}

const std::vector<std::string>& Reader::warnings() const { return doc_->warnings; }

void Reader::shorthand(std::string_view key, double& value, double min, double max) {
  field(key, value, min, max);
  place_for(doc_->resolved, pointer_).erase(std::string(key));
}

void Reader::preset(std::string_view defaults) {
  json& here = doc_->given[Pointer(pointer_)];
  const json all = json::parse(defaults);
  for (const auto& [key, value] : all.items()) here.emplace(key, value);
}

std::string Reader::required(std::string_view key) {
  need(key, "a string");
  std::string value;
  field(key, value);
  return value;
}

Reader Reader::child(std::string_view key) {
  const std::string at = join(pointer_, key);
  if (const json* v = look_up(key)) {
    if (!v->is_object()) fail(key, "expected an object, got " + shown(*v));
    auto& place = place_for(doc_->resolved, at);
    if (place.is_null()) place = ordered_json::object();
  }
  return {doc_, at};
}

std::vector<Reader> Reader::children(std::string_view key) {
  const std::string at = join(pointer_, key);
  ordered_json& place = place_for(doc_->resolved, at) = ordered_json::array();
  std::vector<Reader> all;
  const json* v = look_up(key);
  if (v == nullptr) return all;
  if (!v->is_array()) fail(key, "expected a list of objects, got " + shown(*v));
  for (std::size_t i = 0; i < v->size(); ++i) {
    const std::string index = std::to_string(i);
    if (!(*v)[i].is_object()) {
      Reader(doc_, at).fail(index, "expected an object, got " + shown((*v)[i]));
    }
    place.push_back(ordered_json::object());
    all.push_back({doc_, join(at, index)});
  }
  return all;
}

void Reader::done() const {
  const Pointer here(pointer_);
  if (!doc_->given.contains(here)) return;
  std::vector<std::string> asked;
  for (const std::string& p : doc_->asked) {
    if (Pointer(p).parent_pointer() == here) asked.push_back(Pointer(p).back());
  }
  const std::vector<std::string_view> known(asked.begin(), asked.end());
  for (const auto& [key, value] : doc_->given[here].items()) {
    if (std::ranges::find(known, key) == known.end()) {
      dlt::fail(Exit::usage, "{}: is not a known key{}",
                locate(doc_->source, join(pointer_, key), Part::key), did_you_mean(key, known));
    }
    const Reader inside(doc_, join(pointer_, key));
    if (value.is_object()) inside.done();
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
      if (value[i].is_object()) Reader(doc_, join(inside.pointer_, std::to_string(i))).done();
    }
  }
}

void Reader::fail(std::string_view key, const std::string& message, SourceLine where) const {
  const std::string at = locate(doc_->source, join(pointer_, key), Part::value);
  throw Error(Exit::usage, at + ": " + message, where);
}

std::string Reader::resolved() const { return doc_->resolved.dump(2); }

}  // namespace dlt::config
