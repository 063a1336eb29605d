#include "commands/embed_measure.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "embed/analogy.h"
#include "embed/similarity.h"
#include "embed/vector_file.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& all) {
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

embed::Match match_of(bool exact) { return exact ? embed::Match::exact : embed::Match::lower_case; }

ordered_json share(std::int64_t right, std::int64_t seen) {
  return seen == 0 ? ordered_json()
                   : ordered_json(static_cast<double>(right) / static_cast<double>(seen));
}

ordered_json section_json(const embed::AnalogySection& s) {
  ordered_json all;
  if (!s.name.empty()) all["section"] = s.name;
  all["total"] = s.total;
  all["seen"] = s.seen;
  all["correct_add"] = s.add;
  all["correct_mul"] = s.multiply;
  all["accuracy_add"] = share(s.add, s.seen);
  all["accuracy_mul"] = share(s.multiply, s.seen);
  return all;
}

void print_section(std::string_view name, const embed::AnalogySection& s) {
  const auto percent = [&](std::int64_t right) {
    return s.seen == 0 ? "-"
                       : fmt::format("{:.2f}%", 100.0 * static_cast<double>(right) /
                                                    static_cast<double>(s.seen));
  };
  fmt::print("{:<30} {:>8} {:>8}  {}/{}\n", printable(name), percent(s.add), percent(s.multiply),
             s.seen, s.total);
}

constexpr std::size_t semantic_sections = 5;  // of Mikolov's questions, the first

void print_analogies(const embed::Analogies& result) {
  fmt::print("{:<30} {:>8} {:>8}  {}\n", "section", "3CosAdd", "3CosMul", "seen/total");
  for (const embed::AnalogySection& s : result.sections) print_section(s.name, s);
  const std::size_t count = result.sections.size();
  if (count > semantic_sections) {
    print_section("semantic", result.sum(0, semantic_sections));
    print_section("syntactic", result.sum(semantic_sections, count));
  }
  print_section("all", result.sum(0, count));
}

ordered_json number_or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

std::string number_or_dash(const std::optional<double>& value) {
  return value ? fmt::format("{:.4f}", *value) : "-";
}

}  // namespace

void embed_analogy(const EmbedAnalogyOptions& o) {
  const embed::Vectors vectors = embed::read_vectors(o.vectors);
  const embed::TestWords words(vectors, o.restrict_to, match_of(o.exact));
  const embed::Analogies result = embed::measure_analogies(vectors, words, o.questions);
  if (!o.json) return print_analogies(result);
  const std::size_t count = result.sections.size();
  ordered_json all = {{"vectors", o.vectors},
                      {"questions", o.questions},
                      {"words", words.rows().size()},
                      {"sections", ordered_json::array()}};
  for (const embed::AnalogySection& s : result.sections) all["sections"].push_back(section_json(s));
  if (count > semantic_sections) {
    all["semantic"] = section_json(result.sum(0, semantic_sections));
    all["syntactic"] = section_json(result.sum(semantic_sections, count));
  }
  all["all"] = section_json(result.sum(0, count));
  fmt::print("{}\n", dumped(all));
}

void embed_similarity(const EmbedSimilarityOptions& o) {
  const embed::Vectors vectors = embed::read_vectors(o.vectors);
  const embed::TestWords words(vectors, 0, match_of(o.exact));
  const auto unknown = o.unknown == "zero" ? embed::Unknown::zero : embed::Unknown::left_out;
  std::vector<embed::Similarity> results;
  for (const std::string& file : o.files) {
    results.push_back(embed::measure_similarity(vectors, words, file, unknown));
  }
  if (!o.json) {
    fmt::print("{:>8} {:>8} {:>6} {:>6} {:>7}  {}\n", "spearman", "pearson", "pairs", "used",
               "unknown", "file");
    for (const embed::Similarity& s : results) {
      fmt::print("{:>8} {:>8} {:>6} {:>6} {:>7}  {}\n", number_or_dash(s.spearman),
                 number_or_dash(s.pearson), s.pairs, s.used, s.unknown, s.file);
    }
    return;
  }
  ordered_json all = {{"vectors", o.vectors}, {"files", ordered_json::array()}};
  for (const embed::Similarity& s : results) {
    all["files"].push_back({{"file", s.file},
                            {"spearman", number_or_null(s.spearman)},
                            {"pearson", number_or_null(s.pearson)},
                            {"pairs", s.pairs},
                            {"used", s.used},
                            {"unknown", s.unknown}});
  }
  fmt::print("{}\n", dumped(all));
}

}  // namespace dlt::app
