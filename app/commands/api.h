#pragma once

#include <string>

namespace dlt::app {

struct ApiListOptions {
  std::int64_t version = 2;
  bool json = false;
};
void api_list(const ApiListOptions& options);

struct ApiShowOptions {
  std::string name;
  bool json = false;
};
void api_show(const ApiShowOptions& options);

struct ApiRunOptions {
  std::string name;
  std::string attributes = "{}";  // JSON
  std::string input, output;      // safetensors files
};
void api_run(const ApiRunOptions& options);

struct ApiGraphOptions {
  std::string config;
  std::string out;  // a DOT file; empty: stdout
};
void api_graph(const ApiGraphOptions& options);

}  // namespace dlt::app
