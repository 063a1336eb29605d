#include "models/seq2seq/search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/softmax.h"

namespace dlt::models {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr double hopeless = -1e9;  // of beams that begin as copies of the first
constexpr std::int64_t tokens_at_once =
    4096;  // source tokens times beams that are decoded together

// One way to go on from a row.
struct Next {
  std::int64_t beam = 0;
  std::int32_t token = 0;
  double sum = 0;  // of log probabilities
};

bool likelier(const Next& a, const Next& b) { return a.sum > b.sum; }

// The `count` likeliest next tokens, best first, of equal ones the first; `never` is not taken.
std::vector<Next> likeliest(const real* logits, std::int64_t vocab, std::size_t count,
                            std::int32_t never) {
  std::vector<Next> best;  // sorted
  for (std::int32_t token = 0; token < vocab; ++token) {
    const auto value = static_cast<double>(logits[token]);
    if (token == never || (best.size() == count && !(value > best.back().sum))) continue;
    if (best.size() == count) best.pop_back();
    const Next next{0, token, value};
    best.insert(std::ranges::upper_bound(best, next, likelier), next);
  }
  const auto scale = static_cast<double>(kernels::log_sum_exp(logits, vocab));
  for (Next& next : best) next.sum -= scale;
  return best;
}

struct Beam {
  Ids tokens;
  double sum = 0;
};

// The search for one source: beams that run, and hypotheses that ended.
class Sentence {
 public:
  Sentence(std::size_t index, std::int64_t limit, const SearchOptions& o, const data::Marks& marks)
      : index_(index), limit_(limit), options_(o), marks_(marks) {
    beams_.resize(static_cast<std::size_t>(o.beam), Beam{{}, hopeless});
    beams_.front().sum = 0;
  }

  std::size_t index() const { return index_; }
  bool done() const { return done_; }
  std::int64_t rows() const { return std::ssize(beams_); }
  const std::vector<std::int64_t>& origins() const { return origins_; }  // each beam's row before
  std::int32_t last(std::int64_t beam) const {
    const Ids& tokens = beams_[static_cast<std::size_t>(beam)].tokens;
    return tokens.empty() ? marks_.pad : tokens.back();
  }
  Hypothesis best() const { return ended_.front(); }

  // logits [rows, vocab] of its beams.
  void advance(const real* logits, std::int64_t vocab) {
    ++length_;
    std::vector<Next> all = length_ == limit_ ? all_end() : continuations(logits, vocab);
    std::vector<Beam> going;
    origins_.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Next& next = all[i];
      const Beam& from = beams_[static_cast<std::size_t>(next.beam)];
      if (next.token == marks_.end) {
        if (std::cmp_less(i, options_.beam)) finish({from.tokens, next.sum / weight()});
      } else if (std::cmp_less(going.size(), options_.beam)) {
        going.push_back({from.tokens, next.sum});
        going.back().tokens.push_back(next.token);
        origins_.push_back(next.beam);
      }
    }
    beams_ = std::move(going);
    done_ = beams_.empty() || !improvable();
  }

 private:
  // A score's divisor: tokens with their end mark.
  double weight() const { return std::pow(static_cast<double>(length_), options_.length_penalty); }

  std::vector<Next> all_end() const {
    std::vector<Next> all;
    for (std::int64_t b = 0; b < rows(); ++b) {
      all.push_back({b, marks_.end, beams_[static_cast<std::size_t>(b)].sum});
    }
    std::ranges::stable_sort(all, likelier);
    return all;
  }

  // Twice as many as beams, so that enough remain if each beam ends; greedy: one.
  std::vector<Next> continuations(const real* logits, std::int64_t vocab) const {
    const auto count = static_cast<std::size_t>(options_.beam == 1 ? 1 : 2 * options_.beam);
    std::vector<Next> all;
    for (std::int64_t b = 0; b < rows(); ++b) {
      for (Next next : likeliest(logits + b * vocab, vocab, count, marks_.pad)) {
        next.beam = b;
        next.sum += beams_[static_cast<std::size_t>(b)].sum;
        all.push_back(next);
      }
    }
    std::ranges::stable_sort(all, likelier);
    all.resize(std::min(all.size(), count));
    return all;
  }

  void finish(Hypothesis h) {
    const auto better = [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; };
    ended_.insert(std::ranges::upper_bound(ended_, h, better), std::move(h));
    if (std::cmp_greater(ended_.size(), options_.beam)) ended_.pop_back();
  }

  // Whether the best running beam, were it to end here, would beat the worst of enough hypotheses.
  bool improvable() const {
    return std::cmp_less(ended_.size(), options_.beam) ||
           beams_.front().sum / weight() > ended_.back().score;
  }

  std::size_t index_;
  std::int64_t limit_, length_ = 0;
  SearchOptions options_;
  data::Marks marks_;
  std::vector<Beam> beams_;        // best first
  std::vector<Hypothesis> ended_;  // best first, at most `beam`
  std::vector<std::int64_t> origins_;
  bool done_ = false;
};

// Sources side by side.
struct Sources {
  Indices ids;
  std::vector<std::int64_t> sizes;
};

Sources pack(const std::vector<Ids>& sources, std::span<const std::size_t> chosen,
             const data::Marks& marks) {
  std::size_t longest = 0;
  for (const std::size_t i : chosen) longest = std::max(longest, sources[i].size());
  Ids all(chosen.size() * longest, marks.pad);
  Sources result;
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    const Ids& source = sources[chosen[row]];
    std::ranges::copy(source, all.begin() + static_cast<std::ptrdiff_t>(row * longest));
    result.sizes.push_back(std::ssize(source));
  }
  const Shape shape{std::ssize(chosen), static_cast<std::int64_t>(longest)};
  result.ids = Indices(shape, std::move(all));
  return result;
}

std::int64_t limit_of(const Seq2SeqNet& net, std::int64_t source, const SearchOptions& o) {
  const double wanted =
      o.tokens_per_source * static_cast<double>(source) + static_cast<double>(o.more_tokens);
  const double most = std::min(wanted, static_cast<double>(std::min(net.longest(), INT64_MAX / 2)));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(most));
}

// One step of all sentences; those that are done leave, and the rows of the others move up.
void step(Decoding& decoding, std::vector<Sentence>& sentences, std::int64_t vocab,
          std::vector<Hypothesis>& results) {
  Ids last;
  std::vector<std::int64_t> first;
  for (const Sentence& s : sentences) {
    first.push_back(std::ssize(last));
    for (std::int64_t b = 0; b < s.rows(); ++b) last.push_back(s.last(b));
  }
  const Tensor logits = decoding.next(last);
  parallel_for(std::ssize(sentences), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); std::cmp_less(i, end); ++i) {
      sentences[i].advance(logits.data() + first[i] * vocab, vocab);
    }
  });
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    if (sentences[i].done()) {
      results[sentences[i].index()] = sentences[i].best();
    } else {
      for (const std::int64_t origin : sentences[i].origins()) rows.push_back(first[i] + origin);
    }
  }
  std::erase_if(sentences, [](const Sentence& s) { return s.done(); });
  decoding.select(rows);
}

void search_together(const Seq2SeqNet& net, const std::vector<Ids>& sources,
                     std::span<const std::size_t> chosen, const data::Marks& marks,
                     const SearchOptions& options, std::vector<Hypothesis>& results) {
  const Sources packed = pack(sources, chosen, marks);
  std::vector<Sentence> sentences;
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    sentences.emplace_back(chosen[i], limit_of(net, std::ssize(sources[chosen[i]]), options),
                           options, marks);
    rows.insert(rows.end(), static_cast<std::size_t>(options.beam), static_cast<std::int64_t>(i));
  }
  const auto decoding = net.decode(packed.ids, packed.sizes);
  decoding->select(rows);
  while (!sentences.empty()) step(*decoding, sentences, net.vocab(), results);
}

}  // namespace

std::vector<Hypothesis> search_marked(const Seq2SeqNet& net, const std::vector<Ids>& sources,
                                      const data::Marks& marks, const SearchOptions& options) {
  require(options.beam >= 1, "search: a beam of {} is not at least 1", options.beam);
  require(net.vocab() > 2, "search: a vocabulary of {} has nothing but marks", net.vocab());
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return sources[a].size() > sources[b].size(); });
  std::vector<Hypothesis> results(sources.size());
  for (std::size_t begin = 0; begin < order.size();) {
    const auto longest = std::max<std::int64_t>(1, std::ssize(sources[order[begin]]));
    const auto room = std::max<std::int64_t>(1, tokens_at_once / options.beam / longest);
    const auto size = std::min(order.size() - begin, static_cast<std::size_t>(room));
    search_together(net, sources, std::span(order).subspan(begin, size), marks, options, results);
    begin += size;
  }
  return results;
}

std::vector<Hypothesis> search(const Seq2SeqNet& net, const std::vector<Ids>& sources,
                               const data::Marks& marks, const SearchOptions& options) {
  std::vector<Ids> marked = sources;
  for (Ids& source : marked) source.push_back(marks.end);
  return search_marked(net, marked, marks, options);
}

}  // namespace dlt::models
