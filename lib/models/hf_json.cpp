#include "models/hf_json.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "io/json_file.h"
#include "train/files.h"

namespace dlt::models {

using nlohmann::json;

std::string hf_family(const std::string& folder) {
  const std::string path = folder + "/config.json";
  if (!train::exists(path)) return "";
  const auto config = json::parse(read_file(path, Exit::damaged), nullptr, false);
  if (!config.is_object()) return "";
  if (!config.contains("model_type") && config.contains("ssm_cfg")) return "mamba";
  const json type = config.value("model_type", json());
  return type.is_string() ? type.get<std::string>() : "";
}

HfJson::HfJson(const std::string& path)
    : path_(path), all_(std::make_shared<const json>(io::read_json(path, Exit::damaged))) {
  require(all_->is_object(), Exit::damaged, "{}: expected an object", path);
}

bool HfJson::has(std::string_view key) const {
  return all_->contains(key) && !(*this)[key].is_null();
}

const json& HfJson::operator[](std::string_view key) const { return (*all_)[key]; }

std::int64_t HfJson::integer(std::string_view key, std::int64_t most) const {
  if (!has(key)) wrong(key, fmt::format("an integer from 1 to {}", most));
  const json& value = (*this)[key];
  const bool fits = value.is_number_integer() && value >= 1 && value <= most;
  if (!fits) wrong(key, fmt::format("an integer from 1 to {}", most));
  return value.get<std::int64_t>();
}

std::int64_t HfJson::integer(std::string_view key, std::int64_t most,
                             std::int64_t otherwise) const {
  return has(key) ? integer(key, most) : otherwise;
}

double HfJson::number(std::string_view key, double least, double most, double otherwise) const {
  if (!has(key)) return otherwise;
  const json& value = (*this)[key];
  if (!value.is_number() || value.get<double>() < least || value.get<double>() > most) {
    wrong(key, fmt::format("a number from {} to {}", least, most));
  }
  return value.get<double>();
}

bool HfJson::flag(std::string_view key, bool otherwise) const {
  if (!has(key)) return otherwise;
  if (!(*this)[key].is_boolean()) wrong(key, "true or false");
  return (*this)[key].get<bool>();
}

void HfJson::only(std::string_view key, const json& value) const {
  if (has(key) && (*this)[key] != value) wrong(key, value.dump() + ", dlt has nothing else");
}

void HfJson::wrong(std::string_view key, std::string_view expected) const {
  fail(Exit::damaged, "{}: /{}: expected {}, got {}", path_, key, expected,
       all_->contains(key) ? (*this)[key].dump() : "nothing");
}

}  // namespace dlt::models
