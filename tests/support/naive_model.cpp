#include <algorithm>

#include "support/naive_ngrams.h"

namespace dlt::test {

using namespace ngram;

namespace {

Gram without_first(const Gram& gram) { return {gram.begin() + 1, gram.end()}; }
Gram without_last(const Gram& gram) { return {gram.begin(), gram.end() - 1}; }
Gram joined(Gram gram, WordId word) {
  gram.push_back(word);
  return gram;
}

}  // namespace

NaiveModel::NaiveModel(NaiveCounts counts, const EstimateSettings& settings)
    : counts_(std::move(counts)), settings_(settings) {
  for (std::size_t n = 1; n <= counts_.raw.size(); ++n) find_discounts(n);
}

bool NaiveModel::interpolates() const {
  const Smoothing s = settings_.smoothing;
  if (s == Smoothing::jelinek_mercer || s == Smoothing::add_k) return true;
  if (s == Smoothing::katz || s == Smoothing::stupid_backoff) return false;
  return s != Smoothing::maximum_likelihood && settings_.interpolate;
}

std::uint32_t NaiveModel::count(const Gram& gram) const {
  const Smoothing s = settings_.smoothing;
  const bool kneser_ney = s == Smoothing::modified_kneser_ney || s == Smoothing::kneser_ney;
  const auto& counts = (kneser_ney ? counts_.adjusted : counts_.raw)[gram.size() - 1];
  const auto at = counts.find(gram);
  return at == counts.end() ? 0 : at->second;
}

bool NaiveModel::kept(const Gram& gram) const {
  const auto& prune = settings_.prune;
  const std::int64_t most = prune.empty() ? 0 : prune[std::min(prune.size(), gram.size()) - 1];
  if (gram.size() == 1 && (most == 0 || gram[0] < first_word)) return true;
  const auto& raw = counts_.raw[gram.size() - 1];
  return raw.contains(gram) && raw.at(gram) > most;
}

void NaiveModel::find_discounts(std::size_t length) {
  std::map<std::uint32_t, double> t;
  for (const auto& entry : counts_.raw[length - 1]) ++t[count(entry.first)];
  auto& cut = discounts_.emplace_back();
  const double d = t[1] / (t[1] + 2 * t[2]);
  const bool two = t[1] > 0 && t[2] > 0;
  if (settings_.smoothing == Smoothing::kneser_ney || settings_.smoothing == Smoothing::absolute) {
    cut[1] = two ? d : 0.5;
    if (!settings_.discounts.empty()) {
      cut[1] = settings_.discounts[settings_.discounts.size() == 1 ? 0 : length - 1];
    }
  } else if (settings_.smoothing == Smoothing::modified_kneser_ney) {
    bool good = two && t[3] > 0 && t[4] > 0;
    for (std::uint32_t k = 1; k <= 3 && good; ++k) {
      cut[k] = k - (k + 1) * d * t[k + 1] / t[k];
      good = cut[k] >= 0 && cut[k] < k;
    }
    if (!good && two) cut = {{1, d}};
    if (!good && !two) cut = {{1, 0.5}, {2, 1}, {3, 1.5}};
  } else if (settings_.smoothing == Smoothing::katz) {
    const auto& maxima = settings_.katz_max;
    const auto most = static_cast<std::uint32_t>(maxima[std::min(maxima.size(), length) - 1]);
    const double c = t[1] > 0 ? (most + 1) * t[most + 1] / t[1] : 1;
    for (std::uint32_t r = 1; r <= most; ++r) {
      const double share = t[r] > 0 ? (r + 1) * t[r + 1] / (r * t[r]) : 0;
      const double kept = (share - c) / (1 - c);
      cut[r] = c < 1 && kept > 0 && share <= 1 && most > 1 ? r * (1 - kept) : 0;
    }
    cut[most + 1] = 0;
  }
}

double NaiveModel::discount(std::size_t length, std::uint32_t count) const {
  const auto& cut = discounts_[length - 1];
  if (cut.empty() || count == 0) return 0;
  const auto at = cut.find(count);
  return at != cut.end() ? at->second : cut.rbegin()->second;
}

double NaiveModel::worth(std::size_t length, std::uint32_t count) const {
  if (settings_.smoothing == Smoothing::jelinek_mercer) {
    return count * settings_.lambda[settings_.lambda.size() == 1 ? 0 : length - 1];
  }
  if (settings_.smoothing == Smoothing::add_k && length < counts_.raw.size()) return 0;
  return count - discount(length, count);
}

double NaiveModel::unigram(WordId word) const {
  const bool closed = settings_.closed && count({unknown}) == 0;
  double a_all = 0, types = 0, spent = 0, kept_count = 0, unseen = 0;
  for (WordId w = 0; w < counts_.names.size(); ++w) {
    if (w == sentence_begin) continue;
    const std::uint32_t a = count({w});
    a_all += a;
    types += a > 0 ? 1 : 0;
    if (!kept({w}) || (w == unknown && closed)) continue;
    spent += worth(1, a);
    kept_count += a;
    unseen += a == 0 ? 1 : 0;
  }
  if (word == sentence_begin || (word == unknown && closed)) return 0;
  const bool top = counts_.raw.size() == 1;
  const double v = vocabulary();
  double z = a_all;
  if (settings_.smoothing == Smoothing::witten_bell) z += types;
  if (settings_.smoothing == Smoothing::add_k && top) z += settings_.k * v;
  const bool blend =
      settings_.smoothing == Smoothing::add_k || (interpolates() && settings_.interpolate_unigrams);
  const std::uint32_t a = count({word});
  if (!blend && unseen == 0) return a / kept_count;
  if (settings_.smoothing == Smoothing::katz && unseen > 0 && z == spent) z += 1;
  const double g = 1 - spent / z;
  if (blend) return worth(1, a) / z + g / v;
  return a > 0 ? worth(1, a) / z : g / unseen;
}

double NaiveModel::vocabulary() const {
  double v = 0;
  for (WordId w = 0; w < counts_.names.size(); ++w) v += kept({w}) ? 1 : 0;
  return v - (settings_.closed && count({unknown}) == 0 ? 2 : 1);
}

const NaiveModel::Sums& NaiveModel::sums(const Gram& history) const {
  const auto at = sums_.find(history);
  if (at != sums_.end()) return at->second;
  return sums_.emplace(history, added(history)).first->second;
}

NaiveModel::Sums NaiveModel::added(const Gram& history) const {
  const std::size_t n = history.size() + 1;
  Sums sums;
  const auto& all = counts_.raw[n - 1];
  double a_all = 0, types = 0;
  for (auto at = all.lower_bound(history); at != all.end(); ++at) {
    const Gram& gram = at->first;
    if (without_last(gram) != history) break;
    sums.context = true;
    const std::uint32_t a = count(gram);
    a_all += a;
    types += a > 0 ? 1 : 0;
    if (!kept(gram)) continue;
    sums.spent += worth(n, a);
    if (!interpolates()) sums.shorter += p(without_first(history), gram.back());
  }
  if (a_all == 0) {
    sums.context = false;
    return sums;
  }
  sums.z = a_all;
  if (settings_.smoothing == Smoothing::witten_bell) sums.z += types;
  if (settings_.smoothing == Smoothing::add_k && n == counts_.raw.size()) {
    sums.z += settings_.k * vocabulary();
  }
  if (settings_.smoothing == Smoothing::katz && sums.z == sums.spent) sums.z += 1;
  sums.g = 1 - sums.spent / sums.z;
  return sums;
}

double NaiveModel::p(const Gram& history, WordId word) const {
  if (history.empty()) return unigram(word);
  const Gram gram = joined(history, word), shorter = without_first(history);
  const bool stupid = settings_.smoothing == Smoothing::stupid_backoff;
  const Sums& s = sums(history);
  if (stupid && kept(gram)) return worth(gram.size(), count(gram)) / s.z;
  if (stupid) return settings_.alpha * p(shorter, word);
  if (!s.context) return p(shorter, word);
  const double u = kept(gram) ? worth(gram.size(), count(gram)) / s.z : 0;
  if (interpolates()) return u + s.g * p(shorter, word);
  const bool all_seen = 1 - s.shorter < 1e-10;
  if (kept(gram)) return all_seen ? worth(gram.size(), count(gram)) / s.spent : u;
  return all_seen ? p(shorter, word) : s.g / (1 - s.shorter) * p(shorter, word);
}

double NaiveModel::bow(const Gram& history) const {
  if (settings_.smoothing == Smoothing::stupid_backoff) return settings_.alpha;
  const Sums& s = sums(history);
  if (!s.context) return 1;
  if (interpolates()) return s.g;
  return 1 - s.shorter < 1e-10 ? 1 : s.g / (1 - s.shorter);
}

}  // namespace dlt::test
