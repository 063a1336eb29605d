#include "train/reports.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace dlt::train {

std::vector<Report> read_reports(const Run& run) {
  std::ifstream lines(run.path("metrics.jsonl"));
  std::vector<Report> reports;
  for (std::string line; std::getline(lines, line);) {
    const auto object = nlohmann::ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || !object.contains("step")) continue;
    Report report;
    for (const auto& [name, value] : object.items()) {
      if (name == "step" && value.is_number_integer()) {
        report.step = value;
      } else {
        report.metrics.emplace_back(name, value.is_number() ? value.get<double>() : std::nan(""));
      }
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

double seconds_of_training(const std::vector<Report>& reports) {
  double before = 0, since = 0;
  for (const Report& report : reports) {
    for (const auto& [name, value] : report.metrics) {
      if (name != "seconds") continue;
      if (value < since) before += since;
      since = value;
    }
  }
  return before + since;
}

}  // namespace dlt::train
