#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tensor/tensor.h"

namespace dlt::embed {

struct TsneSettings {
  double perplexity = 30;  // about how many neighbours each row has; rows > 3 perplexity
  std::int64_t rounds = 1000;
  std::uint64_t seed = 1;
};

// Places [rows, 2] in which neighbours of rows [n, dim] stay neighbours: t-SNE (van der Maaten and
// Hinton 2008), all pairs. Begins with the two principal directions (Kobak and Berens 2019) and a
// little noise; rates as scikit-learn's: n / 48, at least 50, momentum 0.5 then 0.8, attraction
// times 12 for the first quarter of the rounds. The same for any number of threads. Needs 4 n^2
// bytes. `report` is called before each round.
std::vector<double> tsne(const Tensor& rows, const TsneSettings& settings,
                         const std::function<void(std::int64_t round)>& report = {});

// P [n, n] of it: symmetric, zero on the diagonal, sum 1. The conditional distribution of each row
// has the perplexity asked for, to 1e-5 in its logarithm.
std::vector<float> affinities(const Tensor& rows, double perplexity);

}  // namespace dlt::embed
