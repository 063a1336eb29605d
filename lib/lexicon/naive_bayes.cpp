#include "lexicon/naive_bayes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.h"

namespace dlt::lexicon {

// Counts by class, the classes in the order in which they come.
struct BayesCounts {
  using Entry = NaiveBayes::Entry;

  GramTable names, grams;
  std::vector<std::uint64_t> lines, totals;  // of each class
  std::vector<std::uint64_t> counts;         // of each n-gram
  std::vector<std::vector<Entry>> entries;   // of each n-gram, by class

  void add(const LabelledLine& line, GramCutter& cut) {
    const std::uint32_t of_class = names.add(line.label);
    if (of_class == lines.size()) {
      lines.push_back(0);
      totals.push_back(0);
    }
    ++lines[of_class];
    cut.each(line.text, [&](std::string_view gram) { add(gram, of_class); });
  }

  void add(std::string_view gram, std::uint32_t of_class) {
    const std::uint32_t at = grams.add(gram);
    if (at == counts.size()) {
      counts.push_back(0);
      entries.emplace_back();
    }
    ++counts[at];
    auto& list = entries[at];
    const auto place =
        std::lower_bound(list.begin(), list.end(), of_class,
                         [](const Entry& e, std::uint32_t c) { return e.of_class < c; });
    if (place != list.end() && place->of_class == of_class) {
      ++place->count;
    } else {
      list.insert(place, {of_class, 1});
    }
  }

  // The place of each class among the names in the order of their bytes.
  std::vector<std::uint32_t> sorted_places() const {
    std::vector<std::uint32_t> order(names.size()), place(names.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return names.gram(a) < names.gram(b); });
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    return place;
  }
};

NaiveBayes NaiveBayes::train(Lines& lines, const BayesSettings& settings) {
  BayesCounts counts;
  GramCutter cut(settings.grams);
  lines.each([&](const LabelledLine& line) { counts.add(line, cut); });
  require(counts.names.size() > 0, Exit::data, "there is no text to learn classes from");
  require(counts.names.size() > 1, Exit::data,
          "all {} lines have the label '{}': classes need at least two labels", counts.lines[0],
          counts.names.gram(0));

  NaiveBayes model;
  model.settings_ = settings.grams;
  model.add_ = settings.add;
  const auto place = counts.sorted_places();
  model.classes_.resize(place.size());
  model.lines_.resize(place.size());
  for (std::uint32_t c = 0; c < place.size(); ++c) {
    model.classes_[place[c]] = counts.names.gram(c);
    model.lines_[place[c]] = counts.lines[c];
  }
  for (const std::uint32_t g : rank_grams(counts.grams, counts.counts, settings.limits)) {
    model.grams_.add(counts.grams.gram(g));
    auto& list = counts.entries[g];
    for (Entry& e : list) e.of_class = place[e.of_class];
    std::sort(list.begin(), list.end(),
              [](const Entry& a, const Entry& b) { return a.of_class < b.of_class; });
    model.entries_.insert(model.entries_.end(), list.begin(), list.end());
    model.begins_.push_back(model.entries_.size());
  }
  model.prepare();
  for (std::size_t c = 0; c < model.classes_.size(); ++c) {
    require(model.totals_[c] > 0, Exit::data,
            "the class '{}' has no n-gram of length {} that is kept: give it more text, or lower "
            "--n or --min-count",
            model.classes_[c], lengths_text(settings.grams));
  }
  return model;
}

void NaiveBayes::prepare() {
  totals_.assign(classes_.size(), 0);
  for (const Entry& e : entries_) totals_[e.of_class] += e.count;
  const auto all = static_cast<double>(std::accumulate(lines_.begin(), lines_.end(), 0ull));
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    log_prior_.push_back(std::log(static_cast<double>(lines_[c]) / all));
    log_unseen_.push_back(
        std::log(add_ / (static_cast<double>(totals_[c]) + add_ * grams_.size())));
  }
}

std::vector<double> NaiveBayes::log_joint(std::string_view text) const {
  std::vector<double> more(classes_.size());  // than if no class had seen any n-gram of the text
  double known = 0;
  GramCutter cut(settings_);
  cut.each(text, [&](std::string_view gram) {
    const std::uint32_t g = grams_.find(gram);
    if (g == GramTable::absent) return;
    ++known;
    for (std::uint64_t i = begins_[g]; i < begins_[g + 1]; ++i) {
      more[entries_[i].of_class] += std::log1p(entries_[i].count / add_);
    }
  });
  for (std::size_t c = 0; c < more.size(); ++c) more[c] += log_prior_[c] + known * log_unseen_[c];
  return more;
}

std::vector<NaiveBayes::Guess> NaiveBayes::guess(std::string_view text) const {
  const std::vector<double> joint = log_joint(text);
  const double top = *std::max_element(joint.begin(), joint.end());
  double sum = 0;
  for (const double j : joint) sum += std::exp(j - top);
  std::vector<Guess> guesses;
  for (std::size_t c = 0; c < joint.size(); ++c) {
    guesses.push_back({c, joint[c] - top - std::log(sum)});
  }
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const Guess& a, const Guess& b) { return a.log_p > b.log_p; });
  return guesses;
}

}  // namespace dlt::lexicon
