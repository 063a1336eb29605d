#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::test {

// What a well-formed XML file holds.
struct Xml {
  std::map<std::string, int> elements;  // how many there are of each name
  std::vector<std::string> texts;       // between the tags, with entities replaced, without blanks
};

// Throws std::runtime_error for what is not well-formed.
Xml read_xml(std::string_view text);

}  // namespace dlt::test
