#include "embed/word2vec.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "embed/word2vec_phases.h"
#include "embed/word2vec_task.h"
#include "ngram/each_in_turn.h"

#if defined(__SANITIZE_THREAD__)
// Free-running threads write into the same rows on purpose, by plain vector loads and stores: a
// lost update costs nothing but itself, and atomic ones would cost the speed.
extern "C" const char* __tsan_default_suppressions() {  // NOLINT: the sanitizer's name for it
  return "race:learn_freely\n";
}
#endif

namespace dlt::embed {
namespace {

// The owners of rows: some for each thread, so that a thread that is late holds nobody up long.
std::size_t owners() {
  std::size_t count = 1;
  while (threads() > 1 && count < 4 * static_cast<std::size_t>(threads())) count *= 2;
  return count;
}

class Word2Vec final : public Trainer {
 public:
  Word2Vec(const Settings& settings, const Corpus& corpus)
      : model_(settings, corpus), batch_(windows_of_batch(model_)) {}

  bool advance(std::int64_t words) override;
  Standing standing() const override;
  Vectors vectors() const override;
  nn::StateDict state() const override;
  void load(const nn::StateDict& state) override;

 private:
  struct Place {
    std::int64_t epoch = 0, token = 0, words = 0;
  };

  std::int64_t tokens() const { return static_cast<std::int64_t>(model_.corpus.tokens.size()); }
  bool ended() const { return place_.epoch == model_.settings.epochs; }
  double lr_at(std::int64_t epoch, std::int64_t token) const;

  void take_excerpts(std::int64_t words, std::int64_t least, std::int64_t most);
  void draw_excerpt(Excerpt& excerpt) const;
  Subwords subwords() const;
  void learn_in_step();
  void learn_freely();
  void prepare_tasks(std::vector<Task>& tasks, std::int64_t windows, std::size_t owner_count) const;
  void take_windows(Task& task, std::int64_t begin, std::int64_t most) const;

  Word2VecModel model_;
  const std::int64_t batch_;
  Place place_;
  std::int64_t epoch_of_excerpts_ = 0;
  std::vector<Excerpt> excerpts_;
  double loss_ = 0;  // of `pairs_` since advance() was called
  std::int64_t pairs_ = 0;
};

// As word2vec.c: falls with the tokens of all epochs, line ends too.
double Word2Vec::lr_at(std::int64_t epoch, std::int64_t token) const {
  const auto all = static_cast<double>(model_.settings.epochs * tokens());
  const auto done = static_cast<double>(epoch * tokens() + token);
  return model_.lr * std::max(1e-4, 1 - done / (all + 1));
}

// The next excerpts of this epoch, enough for so many words.
void Word2Vec::take_excerpts(std::int64_t words, std::int64_t least, std::int64_t most) {
  const std::int64_t wanted = (words + excerpt_tokens - 1) / excerpt_tokens;
  const auto count = static_cast<std::size_t>(std::clamp(wanted, least, most));
  const std::uint64_t seed =
      derive(derive(model_.settings.seed, "epochs"), static_cast<std::uint64_t>(place_.epoch));
  epoch_of_excerpts_ = place_.epoch;
  std::size_t taken = 0;
  for (; taken < count && place_.token < tokens(); ++taken) {
    if (taken == excerpts_.size()) excerpts_.emplace_back();
    Excerpt& e = excerpts_[taken];
    e.seed = seed;
    e.begin = place_.token;
    e.end = place_.token = excerpt_end(model_.corpus.tokens.span(), place_.token);
  }
  excerpts_.resize(taken);
  if (place_.token == tokens()) {
    place_.token = 0;
    ++place_.epoch;
  }
}

void Word2Vec::draw_excerpt(Excerpt& excerpt) const {
  draw(excerpt, model_.corpus.tokens.span(), model_.keep, model_.settings.window);
}

void Word2Vec::prepare_tasks(std::vector<Task>& tasks, std::int64_t windows,
                             std::size_t owner_count) const {
  const std::int64_t deltas = deltas_of_task(model_, windows);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    tasks[t].changes.resize(owner_count);
    tasks[t].first_delta = static_cast<std::uint32_t>(static_cast<std::int64_t>(t) * deltas);
  }
}

void Word2Vec::take_windows(Task& task, std::int64_t begin, std::int64_t most) const {
  const Excerpt& e = *task.text;
  const auto size = static_cast<std::int64_t>(e.windows.size());
  const std::int64_t count = std::clamp<std::int64_t>(size - begin, 0, most);
  task.windows = {};
  if (count == 0) return;
  task.windows = std::span(e.windows).subspan(begin, count);
  task.lr = static_cast<real>(lr_at(epoch_of_excerpts_, e.begin + e.offsets[begin]));
}

// Every batch is two phases: gradients, in parallel over tasks; additions, in parallel over owners.
void Word2Vec::learn_in_step() {
  ngram::each_in_turn(static_cast<std::int64_t>(excerpts_.size()),
                      [&](int, std::int64_t i) { draw_excerpt(excerpts_[i]); });
  const std::int64_t width = std::min(task_windows, batch_), count = batch_ / width;
  const std::size_t owner_count = owners();
  std::vector<Task> tasks(static_cast<std::size_t>(count));
  prepare_tasks(tasks, width, owner_count);
  Tensor deltas = Tensor::uninitialized({count * deltas_of_task(model_, width), model_.width});
  std::size_t batches = 0;
  const auto batches_of = [&](const Excerpt& e) {
    const auto all = static_cast<std::size_t>(count * width);
    return (e.windows.size() + all - 1) / all;
  };
  for (const Excerpt& e : excerpts_) batches += batches_of(e);
  Phases phases(2 * batches);
  parallel_for(threads(), 1, [&](std::int64_t, std::int64_t) {
    Worker worker(model_);
    std::size_t phase = 0;
    for (const Excerpt& e : excerpts_) {
      for (std::size_t b = 0; b < batches_of(e); ++b) {
        phases.run(phase++, count, [&](std::int64_t t) {
          Task& task = tasks[t];
          task.text = &e;
          take_windows(task, (static_cast<std::int64_t>(b) * count + t) * width, width);
          worker.run(task, deltas.mutable_data());
        });
        phases.run(phase++, static_cast<std::int64_t>(owner_count), [&](std::int64_t owner) {
          for (const Task& task : tasks) {
            const auto& changes = task.changes[owner];
            kernels::add_deltas(model_.row(0), deltas.data(), changes.data(),
                                static_cast<std::int64_t>(changes.size()), model_.width);
            if (owner != 0) continue;
            loss_ += task.loss;
            pairs_ += task.pairs;
          }
        });
      }
    }
  });
}

void Word2Vec::learn_freely() {
  const std::int64_t width = std::min(task_windows, batch_);
  std::vector<double> losses(excerpts_.size());
  std::vector<std::int64_t> pairs(excerpts_.size());
  ngram::each_in_turn(static_cast<std::int64_t>(excerpts_.size()), [&](int, std::int64_t i) {
    Excerpt& e = excerpts_[i];
    draw_excerpt(e);
    std::vector<Task> tasks(1);
    prepare_tasks(tasks, width, 1);
    Task& task = tasks.front();
    task.text = &e;
    Tensor deltas = Tensor::uninitialized({deltas_of_task(model_, width), model_.width});
    Worker worker(model_);
    const auto size = static_cast<std::int64_t>(e.windows.size());
    for (std::int64_t begin = 0; begin < size; begin += width) {
      take_windows(task, begin, width);
      worker.run(task, deltas.mutable_data());
      const auto& changes = task.changes.front();
      kernels::add_deltas(model_.row(0), deltas.data(), changes.data(),
                          static_cast<std::int64_t>(changes.size()), model_.width);
      losses[i] += task.loss;
      pairs[i] += task.pairs;
    }
  });
  for (std::size_t i = 0; i < losses.size(); ++i) {
    loss_ += losses[i];
    pairs_ += pairs[i];
  }
}

bool Word2Vec::advance(std::int64_t words) {
  loss_ = 0;
  pairs_ = 0;
  const std::int64_t target = place_.words + words;
  while (!ended() && place_.words < target) {
    if (model_.settings.deterministic) {
      take_excerpts(target - place_.words, 1, 8);
      learn_in_step();
    } else {
      take_excerpts(target - place_.words, threads(), 8 * std::int64_t{threads()});
      learn_freely();
    }
    for (const Excerpt& e : excerpts_) place_.words += e.read;
    if (!std::isfinite(loss_)) model_.require_finite(place_.words);
  }
  if (ended()) model_.require_finite(place_.words);
  model_.corpus.tokens.drop();
  return !ended();
}

Standing Word2Vec::standing() const {
  return {place_.words, model_.settings.epochs * model_.corpus.total,
          pairs_ > 0 ? loss_ / static_cast<double>(pairs_) : 0, lr_at(place_.epoch, place_.token)};
}

Vectors Word2Vec::vectors() const {
  const std::int64_t dim = model_.settings.dim, words = model_.corpus.size();
  Vectors v{model_.corpus.words, model_.corpus.counts, Tensor::uninitialized({words, dim})};
  parallel_for(words, 64, [&](std::int64_t begin, std::int64_t end) {
    Tensor row = Tensor::uninitialized({model_.width});
    std::vector<const real*> parts;
    for (std::int64_t w = begin; w < end; ++w) {
      model_.vector(w, row.mutable_data(), parts);
      std::copy_n(row.data(), dim, v.rows.mutable_data() + w * dim);
    }
  });
  if (model_.subwords) v.subwords = subwords();
  return v;
}

Subwords Word2Vec::subwords() const {
  const Settings& s = model_.settings;
  const auto& used = model_.subwords->used();
  Tensor rows = Tensor::uninitialized({std::ssize(used), s.dim});
  for (std::int64_t i = 0; i < rows.dim(0); ++i) {
    std::copy_n(model_.row(model_.corpus.size() + i), s.dim, rows.mutable_data() + i * s.dim);
  }
  return {{s.min_chars, s.max_chars, s.buckets}, used, reader_of(rows)};
}

// `place` in digits of 16 bits, which a float holds exactly.
constexpr int digits = 4;

nn::StateDict Word2Vec::state() const {
  const std::int64_t dim = model_.settings.dim;
  nn::StateDict state = {{"input", Tensor::uninitialized({model_.inputs, dim})},
                         {"output", Tensor::uninitialized({model_.outputs, dim})},
                         {"place", Tensor::uninitialized({3, digits})}};
  for (std::int64_t r = 0; r < model_.inputs + model_.outputs; ++r) {
    const bool input = r < model_.inputs;
    real* to = state.at(input ? "input" : "output").mutable_data();
    std::copy_n(model_.row(r), dim, to + (input ? r : r - model_.inputs) * dim);
  }
  real* place = state.at("place").mutable_data();
  for (std::int64_t number : {place_.epoch, place_.token, place_.words}) {
    for (int i = 0; i < digits; ++i, number >>= 16) *place++ = static_cast<real>(number & 0xFFFF);
  }
  return state;
}

void Word2Vec::load(const nn::StateDict& state) {
  const std::int64_t dim = model_.settings.dim;
  const auto find = [&](const std::string& name, const Shape& shape) {
    const auto at = state.find(name);
    require(at != state.end(), Exit::damaged, "the checkpoint has no '{}'", name);
    require(
        at->second.shape() == shape, Exit::damaged,
        "the checkpoint's '{}' is {}, but the text and the settings want {}; both must be those "
        "it was made with",
        name, at->second.shape(), shape);
    return at->second;
  };
  const Tensor input = find("input", {model_.inputs, dim});
  const Tensor output = find("output", {model_.outputs, dim});
  const Tensor digits_of_place = find("place", {3, digits});
  Place place;
  const real* digit = digits_of_place.data();
  for (std::int64_t* number : {&place.epoch, &place.token, &place.words}) {
    for (int i = 0; i < digits; ++i) *number += static_cast<std::int64_t>(*digit++) << (16 * i);
  }
  const bool inside = place.epoch >= 0 && place.epoch <= model_.settings.epochs &&
                      place.token >= 0 && place.token < tokens() && place.words >= 0;
  require(inside, Exit::damaged,
          "the checkpoint stands at token {} of epoch {}, which the text does not have",
          place.token, place.epoch);
  place_ = place;
  for (std::int64_t r = 0; r < model_.inputs + model_.outputs; ++r) {
    const bool is_input = r < model_.inputs;
    const real* from =
        is_input ? input.data() + r * dim : output.data() + (r - model_.inputs) * dim;
    std::copy_n(from, dim, model_.row(r));
  }
}

}  // namespace

std::unique_ptr<Trainer> make_word2vec(const Settings& settings, const Corpus& corpus) {
  require(settings.window >= 1, Exit::usage, "window is {}; 1 is the least", settings.window);
  require(settings.negative >= 1 || settings.loss == Loss::hierarchical_softmax, Exit::usage,
          "negative is {}; 1 is the least without hierarchical softmax", settings.negative);
  require(settings.max_chars <= 0 || settings.buckets >= 1, Exit::usage,
          "buckets is {}; subwords need at least 1", settings.buckets);
  return std::make_unique<Word2Vec>(settings, corpus);
}

}  // namespace dlt::embed
