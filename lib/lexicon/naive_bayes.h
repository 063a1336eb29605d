#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lexicon/key_list.h"

namespace dlt::lexicon {

struct BayesSettings {
  GramSettings grams;
  KeyLimits limits;
  double add = 0.1;  // k, added to every count; more than 0
};

// Multinomial naive Bayes (Manning, Raghavan, Schütze 2008, section 13.2) over n-grams:
//   ln p(c, text) = ln(lines of c / lines) + sum over n-grams g of ln((n_cg + k) / (N_c + k V))
// n-grams that training did not see say nothing about any class and are left out.
class NaiveBayes {
 public:
  // Exit::data: fewer than two classes, a class without n-grams, no n-gram left.
  static NaiveBayes train(Lines& lines, const BayesSettings& settings);

  // A file of dlt's own; the same model gives the same bytes. Exit::damaged where it is none, is
  // cut off or was changed.
  static NaiveBayes load(const std::string& path);
  void save(const std::string& path) const;

  const GramSettings& settings() const { return settings_; }
  double add() const { return add_; }
  const std::vector<std::string>& classes() const { return classes_; }  // by their bytes
  const std::vector<std::uint64_t>& lines() const { return lines_; }    // of each class
  std::size_t grams() const { return grams_.size(); }
  std::uint64_t grams_in(std::size_t of_class) const { return totals_[of_class]; }

  struct Guess {
    std::size_t of_class;
    double log_p;  // ln p(class | text)
  };
  std::vector<Guess> guess(std::string_view text) const;  // likeliest first, equal ones in order
  std::vector<double> log_joint(std::string_view text) const;  // ln p(class, text)

 private:
  struct Entry {
    std::uint32_t of_class, count;
  };
  friend struct BayesCounts;

  void prepare();
  struct Sizes {
    std::uint64_t grams = 0, entries = 0;
  };
  // Both throw what has no message: load() gives it one.
  Sizes read_header(std::string_view header);
  void read_counts(std::string_view body, const Sizes& sizes);

  GramSettings settings_;
  double add_ = 0.1;
  std::vector<std::string> classes_;
  std::vector<std::uint64_t> lines_, totals_;
  GramTable grams_;
  std::vector<std::uint64_t> begins_ = {0};     // of each n-gram's entries, and the end of the last
  std::vector<Entry> entries_;                  // counts that are not 0, by class
  std::vector<double> log_prior_, log_unseen_;  // ln(lines / all), ln(k / (N + k V))
};

}  // namespace dlt::lexicon
