#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct FeaturesOptions {
  std::vector<std::string> files;  // none: standard input
  std::string n = "1-2", unit = "words";
  bool lower = false;
  std::int64_t min_count = 1, max_features = 0;  // 0: all
  std::string key_list;                          // "": counted from the files
  std::string keys_out, out;                     // files to write, "": none
  std::string labels = "none";                   // first-column, file-name
  std::string values = "counts";                 // binary, tfidf
  bool unit_given = false, n_given = false;      // on the command line
  bool json = false;
};
// The key n-grams of texts (to standard output where no file is asked for), and each line as a
// sparse vector over them.
void ngram_features(const FeaturesOptions& options);

}  // namespace dlt::app
