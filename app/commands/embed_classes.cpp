#include "commands/embed_classes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/file.h"
#include "embed/classes.h"
#include "embed/vector_file.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

std::string as_lines(const embed::Vectors& vectors, const embed::WordClasses& found) {
  std::string text;
  for (std::size_t i = 0; i < found.of.size(); ++i) {
    text += fmt::format("{} {}\n", vectors.words[i], found.of[i]);
  }
  return text;
}

std::string as_json(const embed::Vectors& vectors, const embed::WordClasses& found,
                    std::int64_t classes) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(classes));
  ordered_json words = ordered_json::array();
  for (std::size_t i = 0; i < found.of.size(); ++i) {
    ++sizes[static_cast<std::size_t>(found.of[i])];
    words.push_back({{"word", vectors.words[i]}, {"class", found.of[i]}});
  }
  const ordered_json all = {
      {"classes", classes}, {"rounds", found.rounds}, {"sizes", sizes}, {"words", words}};
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void embed_classes(const EmbedClassesOptions& o) {
  require(o.out.empty() || !same_file(o.vectors, o.out), Exit::usage,
          "--out '{}' is where the vectors come from: give the name of another file", o.out);
  const embed::Vectors vectors = embed::read_vectors(o.vectors);
  const bool watched = ::isatty(STDERR_FILENO) != 0;
  const auto found = embed::find_classes(vectors, o.classes, o.rounds, [&](std::int64_t round) {
    if (watched) fmt::print(stderr, "\rround {}/{}", round + 1, o.rounds);
  });
  if (watched) fmt::print(stderr, "\n");
  const std::string text = o.json ? as_json(vectors, found, o.classes) : as_lines(vectors, found);
  if (!o.out.empty()) return write_file(o.out, text);
  fmt::print("{}", text);
}

}  // namespace dlt::app
