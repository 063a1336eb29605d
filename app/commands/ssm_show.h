#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ssm/discretize.h"

namespace dlt::app {

// The matrix and its input, the first 6 rows and columns of them, under a line with their names.
void print_system(const std::string& names, const ssm::Matrix& a, const ssm::Vector& b);

// Numbers where all are real, else pairs of their two parts.
nlohmann::ordered_json as_json(const ssm::Vector& x);
nlohmann::ordered_json as_json(const ssm::Matrix& a);  // a list of rows

// "-1.414", "0.5+6.283i"
std::string as_text(ssm::Complex value);

std::string method_text(const std::string& method, const ssm::Rule& rule);

// Why a recurrence with this spectral radius grows from step to step, and what to do about it;
// empty if it does not.
std::string growth(double radius, const std::string& method, const std::string& remedy);

}  // namespace dlt::app
