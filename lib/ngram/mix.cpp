#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/parallel.h"
#include "ngram/log10.h"
#include "ngram/reshape.h"
#include "ngram/union.h"

namespace dlt::ngram {
namespace {

constexpr std::int64_t nodes_a_chunk = 4096;

// What a model knows of the nodes of one level of the union. An alias is found by another path
// than its own: for a word that the model lacks it is <unk>'s.
struct View {
  enum : std::uint8_t { own = 1, shares_unknown = 2 };
  std::vector<Node> source;    // the model's node; or nowhere
  std::vector<float> log10_p;  // of the last word after the others
  std::vector<std::uint8_t> flags;
};

class Mixing {
 public:
  Mixing(const std::vector<Model>& models, const std::vector<double>& weights)
      : models_(models), weights_(weights), words_(models) {}

  Tables make();

 private:
  void begin(Tables& mixed);
  void grow(Tables& mixed, int n) const;
  void view(const Tables& mixed, int n, const Array<Node>& contexts);
  double probability(std::size_t i) const;

  const std::vector<Model>& models_;
  const std::vector<double>& weights_;
  const UnionVocabulary words_;
  std::vector<View> views_;
};

double Mixing::probability(std::size_t i) const {
  double p = 0;
  for (std::size_t k = 0; k < models_.size(); ++k) {
    p += weights_[k] * from_log10(views_[k].log10_p[i]);
  }
  return p;
}

void Mixing::begin(Tables& mixed) {
  Level& level = mixed.levels.emplace_back();
  const WordId count = words_.size();
  level.log10_p = Array<float>(count, {});
  mixed.vocabulary = words_.vocabulary();
  for (std::size_t k = 0; k < models_.size(); ++k) {
    View& v = views_.emplace_back();
    v.source.resize(count);
    v.log10_p.resize(count);
    v.flags.resize(count);
    for (WordId w = 0; w < count; ++w) {
      const WordId id = words_.id_in(k, w);
      v.source[w] = id;
      v.log10_p[w] = models_[k].log10_p(1, id) - (id == unknown ? words_.log10_share(k) : 0);
      v.flags[w] = static_cast<std::uint8_t>((words_.has(k, w) ? View::own : 0) |
                                             (id == unknown ? View::shares_unknown : 0));
    }
  }
  for (WordId w = 0; w < count; ++w) level.log10_p[w] = to_log10(probability(w));
  level.log10_p[sentence_begin] = log_zero;
}

// The nodes of level n: all children that a model has of a parent, by word.
void Mixing::grow(Tables& mixed, int n) const {
  Level& parents = mixed.levels.back();
  const std::size_t count = parents.log10_p.size();
  parents.first = Array<Node>(count + 1, {});
  parents.log10_bow = Array<float>(count, {});
  const std::size_t chunks = (count + nodes_a_chunk - 1) / nodes_a_chunk;
  std::vector<std::vector<WordId>> words(chunks);
  parallel_for(std::ssize(words), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<WordId> found;
    for (auto c = static_cast<std::size_t>(begin); c < static_cast<std::size_t>(end); ++c) {
      const std::size_t stop = std::min(count, (c + 1) * nodes_a_chunk);
      for (std::size_t p = c * nodes_a_chunk; p < stop; ++p) {
        found.clear();
        for (std::size_t k = 0; k < models_.size(); ++k) {
          if ((views_[k].flags[p] & View::own) == 0 || views_[k].source[p] == nowhere) continue;
          if (n > models_[k].order()) continue;
          const auto range = models_[k].children(n - 1, views_[k].source[p]);
          for (Node i = range.begin; i < range.end; ++i) {
            found.push_back(words_.id_of(k, models_[k].word(n, i)));
          }
        }
        std::ranges::sort(found);
        const auto rest = std::ranges::unique(found);
        found.erase(rest.begin(), rest.end());
        words[c].insert(words[c].end(), found.begin(), found.end());
        parents.first[p + 1] = static_cast<Node>(found.size());
      }
    }
  });
  for (std::size_t p = 0; p < count; ++p) parents.first[p + 1] += parents.first[p];
  Level& level = mixed.levels.emplace_back();
  level.word = Array<WordId>(mixed.levels[mixed.levels.size() - 2].first[count], {});
  level.log10_p = Array<float>(level.word.size(), {});
  WordId* to = level.word.data();
  for (const auto& some : words) to = std::copy(some.begin(), some.end(), to);
}

// What each model says of the nodes of level n: its own value, or that of backing off.
void Mixing::view(const Tables& mixed, int n, const Array<Node>& contexts) {
  const Level& parents = mixed.levels[static_cast<std::size_t>(n - 2)];
  const Level& level = mixed.levels[static_cast<std::size_t>(n - 1)];
  for (std::size_t k = 0; k < models_.size(); ++k) {
    const Model& model = models_[k];
    View& shorter = views_[k];
    View v;
    v.source.assign(level.word.size(), nowhere);
    v.log10_p.resize(level.word.size());
    v.flags.resize(level.word.size());
    const auto one = [&](Node p, Node i) {
      const WordId word = level.word[i];
      v.flags[i] =
          static_cast<std::uint8_t>(shorter.flags[p] & ~(words_.has(k, word) ? 0 : View::own));
      const Node source = shorter.source[p];
      if (n <= model.order() && source != nowhere) {
        v.source[i] = model.child(n - 1, source, words_.id_in(k, word));
      }
      if (v.source[i] != nowhere) {
        const bool shares = (v.flags[i] & View::shares_unknown) != 0;
        v.log10_p[i] = model.log10_p(n, v.source[i]) - (shares ? words_.log10_share(k) : 0);
        return;
      }
      const Node context = contexts[i] == nowhere ? nowhere : shorter.source[contexts[i]];
      const bool has_weight = n <= model.order() && context != nowhere;
      v.log10_p[i] = shorter.log10_p[p] + (has_weight ? model.log10_bow(n - 1, context) : 0);
    };
    parallel_for(std::ssize(parents.log10_p.span()), nodes_a_chunk,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (auto p = static_cast<Node>(begin); p < static_cast<Node>(end); ++p) {
                     for (Node i = parents.first[p]; i < parents.first[p + 1]; ++i) one(p, i);
                   }
                 });
    views_[k] = std::move(v);
  }
}

Tables Mixing::make() {
  Tables mixed;
  mixed.about.unit = models_.front().about().unit;
  begin(mixed);
  int order = 1;
  for (const Model& model : models_) order = std::max(order, model.order());
  Array<Node> shorter;
  for (int n = 2; n <= order; ++n) {
    grow(mixed, n);
    Array<Node> found = contexts(mixed.levels, n, shorter.span(), {});
    view(mixed, n, found);
    Level& level = mixed.levels.back();
    parallel_each(std::ssize(level.log10_p.span()), 8, [&](std::int64_t i) {
      level.log10_p[i] = to_log10(probability(static_cast<std::size_t>(i)));
    });
    shorter = std::move(found);
  }
  normalize(mixed);
  return mixed;
}

std::string made_of(const std::vector<Model>& models, const std::vector<double>& weights) {
  auto parts = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < models.size(); ++k) {
    auto made = nlohmann::ordered_json::parse(models[k].about().made, nullptr, false);
    if (made.is_discarded()) made = nullptr;
    parts.push_back({{"weight", weights[k]}, {"model", std::move(made)}});
  }
  return nlohmann::ordered_json{{"mix", std::move(parts)}}.dump();
}

}  // namespace

Tables mix(const std::vector<Model>& models, const std::vector<double>& weights) {
  require(!models.empty() && models.size() == weights.size(), Exit::usage,
          "{} models need as many weights, there are {}", models.size(), weights.size());
  std::vector<Model> used;
  std::vector<double> shares;
  for (std::size_t k = 0; k < models.size(); ++k) {
    require(weights[k] >= 0, Exit::usage, "a weight is {}: expected 0 or more", weights[k]);
    if (weights[k] == 0) continue;
    used.push_back(models[k]);
    shares.push_back(weights[k]);
  }
  require(!used.empty(), Exit::usage, "all weights are 0: give one model a weight");
  Tables mixed = Mixing(used, shares).make();
  mixed.about.made = made_of(used, shares);
  return mixed;
}

}  // namespace dlt::ngram
