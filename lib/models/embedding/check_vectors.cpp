#include "models/embedding/check_vectors.h"

#include <cmath>
#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"

namespace dlt::models {

std::string check_vectors(const std::string& path, const embed::Vectors& vectors,
                          embed::VectorFormat format) {
  const embed::Vectors written = embed::read_vectors(path);
  require(written.words == vectors.words && written.rows.shape() == vectors.rows.shape(),
          "'{}' has other words than the model, or vectors of another size", path);
  const bool digits = format == embed::VectorFormat::fasttext_vec;
  const double tolerance = digits ? 5.1e-5 : sizeof(real) == 4 ? 0 : 1e-7;
  for (std::int64_t i = 0; i < vectors.rows.size(); ++i) {
    const auto wanted = static_cast<double>(vectors.rows.data()[i]);
    const auto found = static_cast<double>(written.rows.data()[i]);
    require(std::abs(found - wanted) <= tolerance * std::abs(wanted),
            "'{}': a number of '{}' is {}, the model's is {}", path,
            printable(vectors.words[static_cast<std::size_t>(i / vectors.dim())]), found, wanted);
  }
  return fmt::format("{} vectors of {} numbers equal{}", vectors.size(), vectors.dim(),
                     digits ? " to five digits" : "");
}

}  // namespace dlt::models
