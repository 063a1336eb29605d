#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "ngram/log10.h"
#include "ngram/next.h"
#include "ngram/reshape.h"
#include "ngram/unit.h"

namespace dlt::ngram {
namespace {

// The nodes of level n - 1 after which something is stored, and what has no such node.
struct Followed {
  std::vector<Node> contexts;
  std::uint64_t orphans = 0;
};
Followed followed(const Tables& tables, int n, const Array<Node>& contexts) {
  std::vector<char> is_context(tables.levels[static_cast<std::size_t>(n - 2)].log10_p.size());
  Followed found;
  for (const Node c : contexts.span()) {
    if (c == nowhere) {
      ++found.orphans;
    } else {
      is_context[c] = 1;
    }
  }
  for (Node c = 0; c < is_context.size(); ++c) {
    if (is_context[c] != 0) found.contexts.push_back(c);
  }
  return found;
}

// The words of a node of level n, oldest first.
std::vector<WordId> words_of(const Tables& tables, int n, Node node) {
  std::vector<WordId> words;
  for (; n > 1; --n) {
    words.push_back(tables.levels[static_cast<std::size_t>(n - 1)].word[node]);
    const auto first = tables.levels[static_cast<std::size_t>(n - 2)].first.span();
    node = static_cast<Node>(std::ranges::upper_bound(first, node) - first.begin() - 1);
  }
  words.push_back(node);
  return words;
}

std::vector<Node> drawn(std::vector<Node> from, std::uint64_t most) {
  if (from.size() <= most) return from;
  for (std::uint64_t i = 0; i < most; ++i) from[i] = from[i * from.size() / most];
  from.resize(most);
  return from;
}

double sum_of(const std::vector<float>& next) {
  double sum = 0;
  for (const float log10_p : next) sum += from_log10(log10_p);
  return sum;
}

}  // namespace

Audit audit(const Model& model, std::uint64_t most) {
  const Scorer scorer(model);
  const NextWords next(model);
  const Tables tables = model.tables();
  Audit result;
  const auto look = [&](const std::vector<WordId>& history) {
    const double error = std::abs(sum_of(next(scorer.after(history))) - 1);
    ++result.contexts;
    if (!(error > result.worst)) return;
    result.worst = error;
    result.worst_context.clear();
    for (const WordId word : history) {
      append_token(result.worst_context, model.vocabulary().word(word), model.about().unit);
    }
  };
  look({});
  Array<Node> shorter;
  for (int n = 2; n <= tables.order(); ++n) {
    Array<Node> found = contexts(tables.levels, n, shorter.span(), {});
    Followed at = followed(tables, n, found);
    result.orphans += at.orphans;
    for (const Node c : drawn(std::move(at.contexts), most)) look(words_of(tables, n - 1, c));
    shorter = std::move(found);
  }
  return result;
}

void require_distribution(const Model& model, const std::string& name) {
  require(model.about().absent_bow == 0, Exit::usage,
          "'{}' is a stupid back-off model: its scores are no probabilities and do not sum to 1; "
          "train it with another --smoothing",
          name);
}

}  // namespace dlt::ngram
