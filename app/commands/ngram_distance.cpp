#include "commands/ngram_distance.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/utf8.h"
#include "commands/ngram_words.h"
#include "lexicon/distance.h"

namespace dlt::app {
namespace {

using lexicon::GramDistance;
using nlohmann::ordered_json;

ordered_json grams_json(const GramDistance& d) {
  return {{"distance", d.distance()},
          {"similarity", d.similarity()},
          {"grams_a", d.a},
          {"grams_b", d.b},
          {"shared", d.shared}};
}

void print_distance(std::string_view a, std::string_view b, const NgramDistanceOptions& o) {
  const GramDistance d = lexicon::gram_distance(a, b, static_cast<int>(o.n));
  if (d.a + d.b == 0 && a != b) {
    fmt::print(stderr, "'{}' and '{}' are both shorter than {} characters: nothing to compare\n",
               printable(a), printable(b), o.n);
  }
  if (!o.json) {
    fmt::print("{}\n", d.distance());
    return;
  }
  ordered_json all = {{"a", a}, {"b", b}, {"n", o.n}};
  all.update(grams_json(d));
  fmt::print("{}\n", all.dump());
}

void print_nearest(std::string_view text, const std::vector<std::string>& words,
                   const NgramDistanceOptions& o) {
  const auto near = lexicon::nearest_by_grams(text, words, static_cast<int>(o.n),
                                              static_cast<std::size_t>(o.top));
  if (!o.json) {
    for (const auto& n : near) fmt::print("{}\t{}\n", words[n.index], n.grams.distance());
    return;
  }
  ordered_json list = ordered_json::array();
  for (const auto& n : near) {
    list.push_back({{"word", words[n.index]}});
    list.back().update(grams_json(n.grams));
  }
  fmt::print("{}\n", ordered_json{{"text", text}, {"n", o.n}, {"nearest", list}}.dump());
}

}  // namespace

void ngram_distance(const NgramDistanceOptions& o) {
  if (!o.nearest.empty()) {
    const auto list = lexicon::read_word_list(o.nearest);
    each_text(o.texts, [&](std::string_view text, auto) { print_nearest(text, list.words, o); });
    return;
  }
  if (!o.texts.empty()) {
    require(o.texts.size() == 2, Exit::usage, "two texts are needed to compare, got {}",
            o.texts.size());
    for (const std::string& text : o.texts) require_utf8(text);
    return print_distance(o.texts[0], o.texts[1], o);
  }
  each_text({}, [&](std::string_view line, std::int64_t number) {
    const std::size_t tab = line.find('\t');
    require(tab != line.npos && line.find('\t', tab + 1) == line.npos, Exit::data,
            "standard input:{}: expected two texts with a tab between them, got '{}'", number,
            printable(line));
    print_distance(line.substr(0, tab), line.substr(tab + 1), o);
  });
}

}  // namespace dlt::app
