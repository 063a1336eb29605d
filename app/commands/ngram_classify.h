#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct ClassifyTrainOptions {
  std::vector<std::string> data;  // label<TAB>text; none: standard input
  bool label_from_name = false;   // a file for each class instead
  std::string out;
  std::string n = "1-2", unit = "words";
  bool lower = false;
  std::int64_t min_count = 1, max_features = 0;  // 0: all
  double add = 0.1;
};
void classify_train(const ClassifyTrainOptions& options);

struct ClassifyPredictOptions {
  std::string model;
  std::vector<std::string> texts;  // none: the lines of standard input
  std::int64_t top = 1;            // classes to show of each text
  bool json = false;
};
void classify_predict(const ClassifyPredictOptions& options);

struct ClassifyTestOptions {
  std::string model;
  std::vector<std::string> data;
  bool label_from_name = false, json = false;
};
void classify_test(const ClassifyTestOptions& options);

}  // namespace dlt::app
