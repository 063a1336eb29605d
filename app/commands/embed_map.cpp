#include "commands/embed_map.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "base/spelling.h"
#include "data/labelled_text.h"
#include "embed/classes.h"
#include "embed/pca.h"
#include "embed/tsne.h"
#include "embed/vector_file.h"
#include "report/axis.h"
#include "report/scatter.h"

namespace dlt::app {
namespace {

constexpr std::int64_t most_words = 5000;

using embed::Vectors;

Vectors chosen(const Vectors& all, const std::vector<std::int64_t>& rows) {
  Vectors some;
  some.rows = Tensor::uninitialized({std::ssize(rows), all.dim()});
  for (std::int64_t i = 0; i < std::ssize(rows); ++i) {
    const std::int64_t row = rows[static_cast<std::size_t>(i)];
    some.words.push_back(all.words[static_cast<std::size_t>(row)]);
    std::copy_n(all.rows.data() + row * all.dim(), all.dim(),
                some.rows.mutable_data() + i * all.dim());
  }
  return some;
}

Vectors listed(const Vectors& all, const std::string& list) {
  const embed::WordIndex index(all);
  const std::string text = read_file(list, Exit::data);
  std::vector<std::int64_t> rows;
  std::unordered_set<std::int64_t> seen;
  std::int64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ++line;
    for (const std::string_view word :
         data::words_of(std::string_view(text).substr(at, end - at))) {
      const std::int64_t row = index.find(word);
      require(row >= 0, Exit::data, "{}:{}: the word '{}' has no vector{}", list, line, word,
              row >= 0 ? "" : did_you_mean(word, {all.words.begin(), all.words.end()}));
      if (seen.insert(row).second) rows.push_back(row);
    }
    at = end + 1;
  }
  require(!rows.empty(), Exit::data, "'{}': there are no words in it", list);
  return chosen(all, rows);
}

double perplexity_of(const EmbedMapOptions& o, std::int64_t words) {
  const double most = static_cast<double>(words - 1) / 3;
  if (!o.perplexity) return std::min(30.0, most);
  require(*o.perplexity <= most, Exit::usage,
          "--perplexity {} is too large for {} words: at most a third of the others, {}, or take "
          "more words",
          *o.perplexity, words, report::short_value(std::floor(10 * most) / 10));
  return *o.perplexity;
}

std::vector<double> places(const EmbedMapOptions& o, const Vectors& words, std::string& how) {
  if (o.method == "pca") {
    const std::int64_t parts = std::min<std::int64_t>(2, words.dim());
    embed::Principal p = embed::principal(words.rows, parts);
    double shown = 0;
    for (const double v : p.variances) shown += v;
    how = fmt::format("the two principal directions, {:.0f}% of the variance",
                      p.variance > 0 ? 100 * shown / p.variance : 0);
    if (parts == 2) return p.places;
    std::vector<double> flat;
    for (const double x : p.places) flat.insert(flat.end(), {x, 0.0});
    return flat;
  }
  const embed::TsneSettings settings = {.perplexity = perplexity_of(o, words.size()),
                                        .rounds = o.rounds,
                                        .seed = static_cast<std::uint64_t>(o.seed)};
  how = fmt::format("t-SNE, perplexity {}", report::short_value(settings.perplexity, 3));
  const bool watched = ::isatty(STDERR_FILENO) != 0;
  auto all = tsne(words.rows, settings, [&](std::int64_t round) {
    if (watched && round % 10 == 0) fmt::print(stderr, "\rround {}/{}", round, o.rounds);
  });
  if (watched) fmt::print(stderr, "\r\033[K");
  return all;
}

// Each class is called after its first words.
std::vector<std::string> class_names(const Vectors& words, const embed::WordClasses& classes,
                                     std::int64_t count) {
  std::vector<std::string> names(static_cast<std::size_t>(count));
  std::vector<int> used(names.size());
  for (std::size_t i = 0; i < classes.of.size(); ++i) {
    const auto c = static_cast<std::size_t>(classes.of[i]);
    if (used[c]++ >= 2) continue;
    names[c] += (names[c].empty() ? "" : ", ") + words.words[i];
  }
  return names;
}

}  // namespace

void embed_map(const EmbedMapOptions& o) {
  const bool page = o.out.ends_with(".html") || o.out.ends_with(".htm");
  require(page || o.out.ends_with(".svg"), Exit::usage,
          "--out '{}': the name of a map ends in .svg or .html", o.out);
  require(!same_file(o.vectors, o.out) && !same_file(o.list, o.out), Exit::usage,
          "--out '{}' is a file that is read: give the name of another", o.out);
  NewFile file(o.out);
  const Vectors all = embed::read_vectors(o.vectors);
  Vectors words = o.list.empty() ? first_words(all, o.words) : listed(all, o.list);
  require(words.size() >= 4, Exit::usage, "a map needs at least 4 words, there are {}",
          words.size());
  require(words.size() <= most_words, Exit::usage,
          "a map holds at most {} words, not {}: give fewer", most_words, words.size());
  words.rows = embed::unit_rows(words.rows);
  report::Scatter map;
  std::string how;
  const std::vector<double> at = places(o, words, how);
  const std::int64_t count = std::min(o.classes, words.size());
  const auto classes = find_classes(words, count, 50);
  map.title = fmt::format("{} words of {}", words.size(), o.vectors);
  map.subtitle = fmt::format("{}; colours: {} classes by k-means", how, count);
  map.groups = class_names(words, classes, count);
  for (std::size_t i = 0; i < words.words.size(); ++i) {
    map.points.push_back(
        {at[2 * i], at[2 * i + 1], words.words[i], static_cast<std::size_t>(classes.of[i])});
  }
  file.write(page ? html(map) : svg(map));
  file.commit();
  fmt::print(stderr, "{}\n", fmt::format("wrote {}: {}", o.out, how));
}

}  // namespace dlt::app
