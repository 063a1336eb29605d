#pragma once

#include <string>

#include "embed/vector_file.h"

namespace dlt::models {

// Reads word vectors that were written back; an Error where they differ from `vectors` by more than
// the format does. Says what was compared.
std::string check_vectors(const std::string& path, const embed::Vectors& vectors,
                          embed::VectorFormat format);

}  // namespace dlt::models
