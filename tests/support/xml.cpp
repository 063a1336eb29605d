#include "support/xml.h"

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace dlt::test {
namespace {

std::string unescaped(std::string text) {
  for (const auto& [entity, character] : {std::pair("&lt;", "<"), std::pair("&gt;", ">"),
                                          std::pair("&quot;", "\""), std::pair("&amp;", "&")}) {
    for (auto at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
      text.replace(at, std::string_view(entity).size(), character);
    }
  }
  return text;
}

void need(bool ok, const std::string& what) {
  if (!ok) throw std::runtime_error(what);
}

}  // namespace

Xml read_xml(std::string_view text) {
  static const std::regex tag(R"(<(/?)([A-Za-z]+)((?:\s+[A-Za-z0-9:-]+="[^"<]*")*)\s*(/?)>)",
                              std::regex::optimize);
  static const std::regex bare("&(?!lt;|gt;|quot;|amp;)");
  const std::string prologue = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  need(text.starts_with(prologue), "no prologue");
  std::string rest(text.substr(prologue.size()));
  need(!std::regex_search(rest, bare), "a bare &");
  Xml xml;
  std::vector<std::string> open;
  std::smatch at;
  auto from = rest.cbegin();
  while (from != rest.cend()) {
    const auto begin = std::find(from, rest.cend(), '<');
    const std::string between(from, begin);
    need(between.find('>') == std::string::npos, "a bare >");
    if (between.find_first_not_of(" \n") != std::string::npos) {
      need(!open.empty(), "text outside of the root");
      xml.texts.push_back(unescaped(between));
    }
    if (begin == rest.cend()) break;
    need(std::regex_search(begin, rest.cend(), at, tag, std::regex_constants::match_continuous),
         "no tag: " + std::string(begin, std::min(begin + 80, rest.cend())));
    need(!open.empty() || xml.elements.empty(), "a second root");
    if (at[1] == "/") {
      need(!open.empty() && open.back() == at[2], "wrong end tag " + at.str(2));
      open.pop_back();
    } else {
      ++xml.elements[at[2]];
      if (at[4] != "/") open.push_back(at[2]);
    }
    from = at[0].second;
  }
  need(open.empty() && !xml.elements.empty(), "the root is not closed");
  return xml;
}

}  // namespace dlt::test
