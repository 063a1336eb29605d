#include "support/xml.h"

#include <algorithm>
#include <cctype>
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

using Place = std::string::const_iterator;

// One tag; attributes may be of any length, which a regular expression's recursion is not made for.
struct Tag {
  bool ends = false, empty = false;  // </name>, <name/>
  std::string name;
  Place after;
};

Tag read_tag(const Place begin, const Place end) {
  const auto well = [&](bool ok) {
    need(ok, "no tag: " + std::string(begin, std::min(begin + 80, end)));
  };
  const auto is = [&](Place at, char c) { return at != end && *at == c; };
  const auto word = [&](Place& at, std::string_view more) {
    const Place start = at;
    while (at != end && (std::isalnum(static_cast<unsigned char>(*at)) != 0 ||
                         more.find(*at) != std::string_view::npos)) {
      ++at;
    }
    well(at != start);
    return std::string(start, at);
  };
  Tag tag;
  Place at = begin + 1;
  if ((tag.ends = is(at, '/'))) ++at;
  tag.name = word(at, "");
  for (;;) {
    const Place gap = at;
    at = std::find_if_not(at, end, [](unsigned char c) { return std::isspace(c) != 0; });
    if ((tag.empty = is(at, '/'))) ++at;
    if (is(at, '>')) break;
    well(at != gap && !tag.empty);
    word(at, ":-");
    well(is(at, '=') && is(at + 1, '"'));
    const Place close = std::find(at + 2, end, '"');
    well(close != end && std::find(at + 2, close, '<') == close);
    at = close + 1;
  }
  tag.after = at + 1;
  return tag;
}

}  // namespace

Xml read_xml(std::string_view text) {
  static const std::regex bare("&(?!lt;|gt;|quot;|amp;)");
  const std::string prologue = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  need(text.starts_with(prologue), "no prologue");
  std::string rest(text.substr(prologue.size()));
  need(!std::regex_search(rest, bare), "a bare &");
  Xml xml;
  std::vector<std::string> open;
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
    need(begin + 1 != rest.cend(), "a bare <");
    const Tag tag = read_tag(begin, rest.cend());
    need(!open.empty() || xml.elements.empty(), "a second root");
    if (tag.ends) {
      need(!open.empty() && open.back() == tag.name, "wrong end tag " + tag.name);
      open.pop_back();
    } else {
      ++xml.elements[tag.name];
      if (!tag.empty) open.push_back(tag.name);
    }
    from = tag.after;
  }
  need(open.empty() && !xml.elements.empty(), "the root is not closed");
  return xml;
}

}  // namespace dlt::test
