#pragma once

#include <map>
#include <string>
#include <string_view>

// Where a mistake in a config came from, for the start of its message.
namespace dlt::config {

// One config as the user gave it: a file and the --set assignments on top of it.
struct Source {
  std::string name;                        // of the file
  std::string text;                        // of the file
  std::map<std::string, std::string> set;  // pointer -> "--set a.b"
};

enum class Part { key, value };  // what of a member is wrong

// "a.json:3:15: /model/layers" for what the file says, "--set model.layers" for what --set says.
// A value that is nowhere (a required key) has the place of the object that should hold it.
std::string locate(const Source& source, const std::string& pointer, Part part);

}  // namespace dlt::config
