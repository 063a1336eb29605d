#pragma once

#include <string>
#include <vector>

namespace dlt::app {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out;                   // FILE.html: a page; FILE.svg: one chart
  std::vector<std::string> metrics;  // without "valid_"; empty: all of a page, the loss of a chart
  std::string title;
};
// Draws how runs went, several side by side: curves of every metric, and on a page also a table of
// their best values and their configs.
void report(const ReportOptions& options);

}  // namespace dlt::app
