#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace dlt::models {

// The model_type of the config.json in `folder`, "mamba" also where it is that of Mamba's authors,
// who name none; "" where there is no such file or word.
std::string hf_family(const std::string& folder);

// A config.json of Hugging Face's with typed reads; every mistake (Exit::damaged) says where.
class HfJson {
 public:
  explicit HfJson(const std::string& path);

  bool has(std::string_view key) const;  // and it is not null
  const nlohmann::json& operator[](std::string_view key) const;

  std::int64_t integer(std::string_view key, std::int64_t most) const;  // from 1 on
  std::int64_t integer(std::string_view key, std::int64_t most, std::int64_t otherwise) const;
  double number(std::string_view key, double least, double most, double otherwise) const;
  bool flag(std::string_view key, bool otherwise) const;
  // For what dlt can do in one way only.
  void only(std::string_view key, const nlohmann::json& value) const;
  [[noreturn]] void wrong(std::string_view key, std::string_view expected) const;

 private:
  std::string path_;
  std::shared_ptr<const nlohmann::json> all_;
};

}  // namespace dlt::models
