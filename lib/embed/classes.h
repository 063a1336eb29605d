#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "embed/vectors.h"

namespace dlt::embed {

struct WordClasses {
  std::vector<std::int32_t> of;  // the class of each word
  std::int64_t rounds = 0;       // until nothing changed, at most those asked for
};

// Spherical k-means as word2vec's -classes: word i begins in class i mod `classes`, a class's
// centre is the mean direction of its words, each word goes to the centre of the largest cosine (of
// equal ones the first). An empty class keeps its centre. The same for any number of threads.
// `report` is called before each round. Exit::usage: more classes than words.
WordClasses find_classes(const Vectors& vectors, std::int64_t classes, std::int64_t rounds,
                         const std::function<void(std::int64_t round)>& report = {});

}  // namespace dlt::embed
