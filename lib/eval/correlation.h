#pragma once

#include <optional>
#include <span>
#include <vector>

namespace dlt::eval {

// 1 for the smallest value; equal values share the mean of their ranks.
std::vector<double> average_ranks(std::span<const double> values);

// Pearson's correlation; nothing with fewer than two pairs or where one side is constant.
std::optional<double> pearson(std::span<const double> x, std::span<const double> y);
// Spearman's: Pearson's of the average ranks (Spearman 1904).
std::optional<double> spearman(std::span<const double> x, std::span<const double> y);

}  // namespace dlt::eval
