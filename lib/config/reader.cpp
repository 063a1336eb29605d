#include "config/reader.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/json_scan.h"
#include "base/spelling.h"
#include "base/utf8.h"
#include "config/document.h"

namespace dlt::config {

using nlohmann::json;
using nlohmann::ordered_json;
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

namespace {

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

// The member `key` of an object, added if there is none, or an element of a list.
json& member(json& at, const std::string& key, const std::string& pointer,
             const std::string& assignment) {
  if (at.is_array()) {
    const bool digits = key.size() < 10 && key.find_first_not_of("0123456789") == key.npos;
    require(digits && std::stoul(key) < at.size(), Exit::usage,
            "{}: {} is a list of {}: '{}' is none of 0 to {}", assignment, pointer, at.size(), key,
            static_cast<std::int64_t>(at.size()) - 1);
    return at[std::stoul(key)];
  }
  if (at.is_null()) at = json::object();
  require(at.is_object(), Exit::usage, "{}: {} is not an object but {}", assignment, pointer,
          shown(at));
  return at[key];
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
    const std::string key = path.substr(begin, end - begin);
    at = &member(*at, key, pointer, name);
    pointer = join(pointer, key);
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
  if (!doc_->noted.insert(at).second) return;
  doc_->attributes.push_back(
      {at, std::move(expected), doc_->needed.contains(at) ? "" : fallback.dump()});
}

const std::vector<Attribute>& Reader::attributes() const { return doc_->attributes; }

void Reader::need(std::string_view key, std::string_view expected) {
  doc_->needed.insert(join(pointer_, key));
  if (look_up(key) == nullptr) fail(key, fmt::format("is required, {}", expected));
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
  note(key, "a list of objects", json::array());
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
  const std::string inner = pointer_ + "/";
  for (auto p = doc_->asked.lower_bound(inner); p != doc_->asked.end() && p->starts_with(inner);
       ++p) {
    if (p->find('/', inner.size()) == p->npos) asked.push_back(Pointer(*p).back());
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