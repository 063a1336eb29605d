#include "check/ngram_case.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/core.h>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "check/ngram_compare.h"
#include "ngram/arpa.h"
#include "ngram/estimate.h"
#include "train/files.h"

namespace dlt::check {
namespace {

using ngram::Model, ngram::Tables;

constexpr double log10_tolerance = 1e-5, six_digits = 5e-7;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    const char* set = std::getenv("TMPDIR");
    path_ = std::string(set != nullptr && *set != '\0' ? set : "/tmp") + "/dlt-check-XXXXXX";
    require(::mkdtemp(path_.data()) != nullptr,
            "cannot make the folder '{}': set TMPDIR to a folder with room", path_);
  }
  ~TemporaryFolder() {
    try {
      train::remove_all(path_);
    } catch (const Error&) {  // it is in the way of nothing
    }
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string stem_of(const std::string& file) { return file.substr(0, file.rfind(".arpa")); }

// "o5_prune00111" says what lmplz was told.
struct Recipe {
  int order = 0;
  std::vector<std::int64_t> prune;

  Recipe(const std::string& stem, const std::string& path) {
    constexpr std::string_view pruned = "_prune";
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    bool good = stem.size() >= 2 && stem[0] == 'o' && stem[1] >= '1' && stem[1] <= '9';
    if (good) order = stem[1] - '0';
    if (good && stem.size() > 2) {
      const std::string thresholds = stem.substr(std::min(stem.size(), 2 + pruned.size()));
      good = stem.substr(2).starts_with(pruned) && std::ranges::all_of(thresholds, digit) &&
             std::ssize(thresholds) == order;
      for (char c : thresholds) prune.push_back(c - '0');
    }
    require(good, Exit::data,
            "{}: expected a name like o3.arpa, or o5_prune00111.arpa with a digit for each length",
            path);
  }
};

Tables estimate(const std::string& text, const Recipe& recipe) {
  ngram::EstimateSettings settings;
  settings.prune = recipe.prune;
  settings.kenlm_fallback = true;
  ngram::CountSettings counting;
  counting.order = recipe.order;
  ngram::need(settings, counting);
  const ngram::Report quiet = [](const std::string&, double) {};
  return ngram::estimate(ngram::count({text}, counting, quiet), settings, counting.work, quiet)
      .tables;
}

// "the=4 2 -1.25<TAB>..."
std::vector<ScoredWord> read_query(const std::string& path) {
  const std::string text = read_file(path, Exit::data);
  std::vector<ScoredWord> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\t\n", at), text.size());
    const std::string entry = text.substr(at, end - at);
    at = end + 1;
    if (entry.empty() || entry.starts_with("Total: ")) continue;
    const std::size_t p = entry.rfind(' '), length = entry.rfind(' ', p - 1);
    const std::size_t id = length == entry.npos ? length : entry.rfind('=', length);
    const auto number = [&](std::size_t from, std::size_t to) {
      return parse_number(entry.substr(from + 1, to - from - 1));
    };
    const auto log10_p = id == entry.npos ? std::nullopt : number(p, entry.size());
    const auto grams = log10_p ? number(length, p) : std::nullopt;
    require(grams.has_value(), Exit::data, "{}: entry {}: expected WORD=ID LENGTH LOG10P, got '{}'",
            path, words.size() + 1, entry);
    words.push_back({entry.substr(0, id), static_cast<int>(*grams), *log10_p});
  }
  return words;
}

// "OOVs:<TAB>291" and so on.
std::map<std::string, double> read_summary(const std::string& path) {
  const std::string text = read_file(path, Exit::data);
  std::map<std::string, double> values;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const std::size_t colon = line.find(":\t");
    const auto value = colon == line.npos ? std::nullopt : parse_number(line.substr(colon + 2));
    require(value.has_value(), Exit::data, "{}: expected a name and a number, got '{}'", path,
            line);
    values[line.substr(0, colon)] = *value;
    at = end + 1;
  }
  return values;
}

std::vector<Outcome> compare_summary(const std::string& name, const ngram::Totals& totals,
                                     const std::string& path) {
  const std::map<std::string, double> ours = {
      {"Perplexity including OOVs", totals.perplexity()},
      {"Perplexity excluding OOVs", totals.perplexity_known()},
      {"OOVs", static_cast<double>(totals.unknown)},
      {"Tokens", static_cast<double>(totals.tokens)}};
  const auto theirs = read_summary(path);
  std::vector<Outcome> outcomes;
  for (const auto& [what, got] : ours) {
    const auto wanted = theirs.find(what);
    require(wanted != theirs.end(), Exit::data, "{}: there is no '{}'", path, what);
    const double error = std::abs(got - wanted->second) / std::max(1.0, wanted->second);
    const bool passed = error <= six_digits;
    outcomes.push_back({fmt::format("{}: {}", name, what), passed, error,
                        passed ? "" : fmt::format("{:.9g}, not {:.9g}", got, wanted->second)});
  }
  return outcomes;
}

void add(std::vector<Outcome>& all, std::vector<Outcome> more) {
  for (Outcome& outcome : more) all.push_back(std::move(outcome));
}

Model through_file(const Tables& tables, const std::string& path) {
  ngram::write_model(path, tables);
  return Model::open(path);
}

void replay_file(const std::string& dir, const std::string& file, std::vector<Outcome>& all) {
  const std::string name = stem_of(file), stem = dir + "/" + name, text = dir + "/test.txt";
  const Recipe recipe(name, dir + "/" + file);
  const Tables tables = ngram::read_arpa(dir + "/" + file);
  require(tables.order() == recipe.order, Exit::data,
          "{}/{}: the order is {}, not that of its name", dir, file, tables.order());
  add(all,
      compare(name + ", estimated", estimate(dir + "/train.txt", recipe), tables, log10_tolerance));
  const auto expected = read_query(stem + ".query.txt");
  ngram::Totals totals, again;
  const auto scored = score_lines(Model::of(tables), text, totals);
  all.push_back(compare(name + ": scores of test.txt", scored, expected, log10_tolerance));
  add(all, compare_summary(name, totals, stem + ".summary.txt"));
  const TemporaryFolder folder;
  all.push_back(compare(name + ", binary: scores of test.txt",
                        score_lines(through_file(tables, folder / "x.ngram"), text, again), scored,
                        0));
}

// A line for each n-gram, without the special words.
std::string sentences_of(const Model& model) {
  std::string text;
  const auto add_word = [&](ngram::WordId id) {
    if (id >= ngram::first_word) text.append(model.vocabulary().word(id)).append(" ");
  };
  const auto visit = [&](const auto& self, int n, ngram::Node i,
                         std::vector<ngram::WordId> path) -> void {
    for (auto word = path.rbegin(); word != path.rend(); ++word) add_word(*word);
    text += '\n';
    if (n == model.order()) return;
    const auto [begin, end] = model.children(n, i);
    for (ngram::Node c = begin; c < end; ++c) {
      auto longer = path;
      longer.push_back(model.word(n + 1, c));
      self(self, n + 1, c, std::move(longer));
    }
  };
  for (ngram::WordId id = 0; id < model.vocabulary().size(); ++id) visit(visit, 1, id, {id});
  return text;
}

}  // namespace

std::vector<std::string> arpa_files_in(const std::string& dir) {
  auto names = train::names_in(dir);
  std::erase_if(names, [](const std::string& name) {
    return !name.ends_with(".arpa") && !name.ends_with(".arpa.gz");
  });
  return names;
}

std::vector<Outcome> replay_ngram(const std::string& dir) {
  std::vector<Outcome> outcomes;
  for (const std::string& file : arpa_files_in(dir)) replay_file(dir, file, outcomes);
  return outcomes;
}

std::vector<Outcome> replay_arpa(const std::string& dir) {
  std::vector<Outcome> outcomes;
  const TemporaryFolder folder;
  const std::string text = folder / "text";
  for (const std::string& file : arpa_files_in(dir)) {
    const std::string name = stem_of(file);
    const Tables tables = ngram::read_arpa(dir + "/" + file);
    const Model model = Model::of(tables), opened = through_file(tables, folder / "x.ngram");
    write_file(text, sentences_of(model));
    ngram::Totals totals;
    const auto scores = score_lines(model, text, totals);
    const auto written = [&](const std::string& how, const Model& from, ngram::ArpaStyle style) {
      ngram::write_arpa(folder / "x.arpa", from, style);
      const Tables back = ngram::read_arpa(folder / "x.arpa");
      add(outcomes, compare(name + ", " + how, back, tables, 0));
      outcomes.push_back(compare(name + ", " + how + ": scores",
                                 score_lines(Model::of(back), text, totals), scores, 0));
    };
    written("written back", model, ngram::ArpaStyle::srilm);
    written("written back as KenLM does", model, ngram::ArpaStyle::kenlm);
    written("written back from the binary form", opened, ngram::ArpaStyle::srilm);
  }
  return outcomes;
}

}  // namespace dlt::check
