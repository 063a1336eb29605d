#include "embed/glove.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/glove.h"
#include "ngram/room.h"

namespace dlt::embed {
namespace {

using kernels::GlovePair;

constexpr std::uint32_t groups = 32;

// w or w' of all words.
struct Side {
  Tensor rows, row_squares;     // [words, width]
  Tensor biases, bias_squares;  // [words]

  Side(std::int64_t words, std::int64_t dim, std::uint64_t seed);
  kernels::GloveSide arrays() {
    return {rows.mutable_data(), row_squares.mutable_data(), biases.mutable_data(),
            bias_squares.mutable_data()};
  }
  std::array<std::pair<std::string, Tensor>, 4> named(const std::string& name) const {
    return {{{name, rows},
             {name + ".squares", row_squares},
             {name + ".bias", biases},
             {name + ".bias.squares", bias_squares}}};
  }
};

Side::Side(std::int64_t words, std::int64_t dim, std::uint64_t seed)
    : rows(Tensor::zeros({words, kernels::glove_width(dim)})),
      row_squares(Tensor::filled(rows.shape(), 1)),
      biases(Tensor::zeros({words})),
      bias_squares(Tensor::filled({words}, 1)) {
  const double bound = 0.5 / static_cast<double>(dim + 1);
  for (std::int64_t w = 0; w < words; ++w) {
    Rng rng(derive(seed, static_cast<std::uint64_t>(w)));
    real* row = rows.mutable_data() + w * rows.dim(1);
    for (std::int64_t j = 0; j < dim; ++j) row[j] = static_cast<real>(rng.uniform(-bound, bound));
    biases.mutable_data()[w] = static_cast<real>(rng.uniform(-bound, bound));
  }
}

class Glove : public Trainer {
 public:
  Glove(const Settings& settings, const Corpus& corpus, const ngram::Workspace& work,
        const ngram::Report& report)
      : s_(settings),
        corpus_(corpus),
        words_(corpus.size(), settings.dim, derive(settings.seed, "glove.words")),
        contexts_(corpus.size(), settings.dim, derive(settings.seed, "glove.contexts")) {
    arrange(cooccurrences(corpus, settings.window, work, report), work);
  }

  bool advance(std::int64_t words) override;
  Standing standing() const override {
    return {words_at(step_), words_at(last_step()), loss_, lr()};
  }
  Vectors vectors() const override;
  nn::StateDict state() const override;
  void load(const nn::StateDict& state) override;

 private:
  static std::size_t block_of(std::uint32_t word, std::uint32_t context) {
    return std::size_t{word % groups} * groups + context % groups;
  }
  GlovePair pair_of(std::uint32_t word, std::uint32_t context, float count) const;
  void arrange(const ngram::Array<Cooccurrence>& all, const ngram::Workspace& work);
  void shuffle();
  double take_step(std::int64_t step, std::uint64_t& pairs);

  std::int64_t last_step() const { return s_.epochs * groups; }
  // What steps amount to in words of the text.
  std::int64_t words_at(std::int64_t step) const {
    return step / groups * corpus_.total + step % groups * corpus_.total / groups;
  }
  double lr() const { return s_.lr > 0 ? s_.lr : 0.05; }

  const Settings s_;
  const Corpus& corpus_;
  Side words_, contexts_;
  ngram::Array<GlovePair> pairs_;  // block by block
  std::array<std::size_t, groups * groups + 1> begins_{};
  std::int64_t step_ = 0;
  double loss_ = 0;
};

GlovePair Glove::pair_of(std::uint32_t word, std::uint32_t context, float count) const {
  const double x = word == context ? 2 * count : count;  // each of the two is near the other
  const double weight = x < s_.x_max ? std::pow(x / s_.x_max, s_.alpha) : 1;
  return {word, context, static_cast<float>(std::log(x)), static_cast<float>(weight)};
}

// Both (a, b) and (b, a), sorted by blocks.
void Glove::arrange(const ngram::Array<Cooccurrence>& all, const ngram::Workspace& work) {
  std::array<std::size_t, groups * groups> sizes{};
  for (const Cooccurrence& x : all.span()) {
    ++sizes[block_of(x.a, x.b)];
    if (x.a != x.b) ++sizes[block_of(x.b, x.a)];
  }
  for (std::size_t b = 0; b < sizes.size(); ++b) begins_[b + 1] = begins_[b] + sizes[b];
  pairs_ = ngram::Array<GlovePair>(begins_.back(),
                                   ngram::room_for(2 * begins_.back() * sizeof(GlovePair), work));
  auto at = begins_;
  for (const Cooccurrence& x : all.span()) {
    pairs_[at[block_of(x.a, x.b)]++] = pair_of(x.a, x.b, x.count);
    if (x.a != x.b) pairs_[at[block_of(x.b, x.a)]++] = pair_of(x.b, x.a, x.count);
  }
  shuffle();
}

void Glove::shuffle() {
  const std::uint64_t seed = derive(s_.seed, "glove.shuffle");
  parallel_for(groups * groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto b = static_cast<std::size_t>(begin); b < static_cast<std::size_t>(end); ++b) {
      Rng rng(derive(seed, b));
      GlovePair* pairs = pairs_.data() + begins_[b];
      for (std::size_t n = begins_[b + 1] - begins_[b]; n > 1; --n) {
        std::swap(pairs[n - 1], pairs[rng.below(n)]);
      }
    }
  });
}

// The blocks (g, g + shift) of all groups g; `shift` takes all values in an epoch, in an order of
// the epoch's own.
double Glove::take_step(std::int64_t step, std::uint64_t& pairs) {
  const auto epoch = static_cast<std::uint64_t>(step / groups);
  Rng rng(derive(derive(s_.seed, "glove.order"), epoch));
  const auto turn = static_cast<std::uint32_t>(rng.below(groups));
  const auto stride = static_cast<std::uint32_t>(2 * rng.below(groups / 2) + 1);  // no divisor
  const std::uint32_t shift = turn + stride * static_cast<std::uint32_t>(step % groups);
  const auto words = words_.arrays(), contexts = contexts_.arrays();
  std::array<double, groups> losses{};
  parallel_for(groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto g = static_cast<std::uint32_t>(begin); g < static_cast<std::uint32_t>(end); ++g) {
      const std::size_t b = block_of(g, (g + shift) % groups);
      losses[g] =
          kernels::glove_pairs(words, contexts, words_.rows.dim(1), pairs_.data() + begins_[b],
                               static_cast<std::int64_t>(begins_[b + 1] - begins_[b]), lr());
    }
  });
  for (std::uint32_t g = 0; g < groups; ++g) {
    const std::size_t b = block_of(g, (g + shift) % groups);
    pairs += begins_[b + 1] - begins_[b];
  }
  double loss = 0;
  for (const double l : losses) loss += l;
  return loss;
}

bool Glove::advance(std::int64_t words) {
  const std::int64_t until = words_at(step_) + words;
  double loss = 0;
  std::uint64_t pairs = 0;
  while (step_ < last_step() && words_at(step_) < until) loss += take_step(step_++, pairs);
  if (pairs > 0) loss_ = loss / static_cast<double>(pairs);
  return step_ < last_step();
}

Vectors Glove::vectors() const {
  Vectors v;
  v.words = corpus_.words;
  v.counts = corpus_.counts;
  v.rows = Tensor::uninitialized({corpus_.size(), s_.dim});
  const std::int64_t width = words_.rows.dim(1);
  for (std::int64_t w = 0; w < corpus_.size(); ++w) {
    for (std::int64_t j = 0; j < s_.dim; ++j) {
      v.rows.mutable_data()[w * s_.dim + j] =
          words_.rows.data()[w * width + j] + contexts_.rows.data()[w * width + j];
    }
  }
  return v;
}

nn::StateDict Glove::state() const {
  nn::StateDict state;
  for (const auto& [name, array] : words_.named("words")) state[name] = array;
  for (const auto& [name, array] : contexts_.named("contexts")) state[name] = array;
  // Exact in float: 24 bits of it at a time.
  state["step"] =
      Tensor::from({2}, {static_cast<real>(step_ >> 24), static_cast<real>(step_ & 0xFFFFFF)});
  return state;
}

void Glove::load(const nn::StateDict& state) {
  const auto find = [&](const std::string& name, const Shape& shape) -> const Tensor& {
    const auto at = state.find(name);
    require(at != state.end() && at->second.shape() == shape, Exit::damaged,
            "the state has no '{}' {}: it is damaged or of another training", name, shape);
    return at->second;
  };
  for (Side* side : {&words_, &contexts_}) {
    for (auto& [name, array] : side->named(side == &words_ ? "words" : "contexts")) {
      std::ranges::copy(find(name, array.shape()).values(), array.mutable_data());
    }
  }
  const Tensor& step = find("step", {2});
  const double high = step.data()[0], low = step.data()[1];
  require(high >= 0 && low >= 0 && low < 0x1p24 && high < 0x1p24, Exit::damaged,
          "the state's 'step' is damaged");
  step_ = (static_cast<std::int64_t>(high) << 24) + static_cast<std::int64_t>(low);
  require(step_ <= last_step(), Exit::damaged, "the state is of step {}, the last one is {}", step_,
          last_step());
}

}  // namespace

std::unique_ptr<Trainer> make_glove(const Settings& settings, const Corpus& corpus,
                                    const ngram::Workspace& work, const ngram::Report& report) {
  return std::make_unique<Glove>(settings, corpus, work, report);
}

}  // namespace dlt::embed
