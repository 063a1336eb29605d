#pragma once

#include <array>
#include <string_view>

#include "io/safetensors.h"

namespace dlt::io {

struct Dtype {
  std::string_view name;
  int bits;
};

// In the format's own order (huggingface/safetensors, `enum Dtype`): writers sort by it,
// descending.
inline constexpr std::array dtypes = {
    Dtype{"BOOL", 8},    Dtype{"F4", 4},          Dtype{"F6_E2M3", 6},     Dtype{"F6_E3M2", 6},
    Dtype{"U8", 8},      Dtype{"I8", 8},          Dtype{"F8_E5M2", 8},     Dtype{"F8_E4M3", 8},
    Dtype{"F8_E8M0", 8}, Dtype{"F8_E4M3FNUZ", 8}, Dtype{"F8_E5M2FNUZ", 8}, Dtype{"I16", 16},
    Dtype{"U16", 16},    Dtype{"F16", 16},        Dtype{"BF16", 16},       Dtype{"I32", 32},
    Dtype{"U32", 32},    Dtype{"F32", 32},        Dtype{"C64", 64},        Dtype{"F64", 64},
    Dtype{"I64", 64},    Dtype{"U64", 64}};

inline constexpr std::string_view metadata_key = "__metadata__";

struct SafetensorsHeader {
  std::map<std::string, SafetensorsFile::Entry> entries;
  Metadata metadata;
};

// Checks every rule of the format against the bytes of the whole file; nothing is allocated on the
// word of the header. An Error (Exit::damaged) names path, tensor and rule.
SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file,
                                           const std::string& path);

}  // namespace dlt::io
