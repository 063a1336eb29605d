#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/locate.h"
#include "config/reader.h"

// What the cursors of one config share. Only for the .cpp files of this room.
namespace dlt::config {

struct Document {
  Source source;
  nlohmann::json given;
  nlohmann::ordered_json resolved = nlohmann::ordered_json::object();  // in the order of reading
  std::set<std::string> asked;   // pointers that some read named
  std::set<std::string> needed;  // pointers without a default
  std::vector<Attribute> attributes;
  std::set<std::string> noted;  // their pointers
  std::vector<std::string> warnings;
};

std::string join(const std::string& pointer, std::string_view key);
std::string shown(const nlohmann::json& value);  // "6" (string), cut where it is long

}  // namespace dlt::config
