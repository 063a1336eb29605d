#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"

// Sequences of ids whose last steps ask for tokens that stood before them.
namespace dlt::data {

struct Recall {
  std::vector<std::int32_t> ids, answers;
};

// Selective copying (Gu and Dao 2023, 4.1.1): `tokens` of the ids 1 .. vocabulary - 2 stand at
// random places among `length` steps, the others hold 0; then vocabulary - 1 asks for each of them
// in order.
struct CopyTask {
  std::int64_t length = 256, tokens = 16, vocabulary = 16;
  std::int64_t steps() const { return length + tokens; }
  Recall draw(Rng& rng) const;
};

// Induction heads (Olsson et al. 2022; Gu and Dao 2023, 4.1.2): among random ids below
// vocabulary - 1 the id vocabulary - 1 stands once, at a random place, and as the last step, which
// asks for what followed it.
struct InductionTask {
  std::int64_t length = 256, vocabulary = 16;
  std::int64_t steps() const { return length; }
  Recall draw(Rng& rng) const;
};

// "5 0 3 7 7<TAB>5 3": ids, and the answers of the last steps.
std::string written(const Recall& r);
// Exit::data with file and line where that is not in a line, or an id is not below `vocabulary`.
std::vector<Recall> read_recalls(const std::string& path, std::int64_t vocabulary);

}  // namespace dlt::data
