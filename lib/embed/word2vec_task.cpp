#include "embed/word2vec_task.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace dlt::embed {

std::int64_t deltas_of_task(const Word2VecModel& model, std::int64_t windows) {
  const bool cbow = model.settings.method == Method::cbow;  // all its outputs have the same one
  return windows + 2 * model.settings.window +
         windows * (cbow ? 1 : kernels::padded_outputs(model.most_outputs()));
}

// So many that the row in most use gets about most_change / lr errors of a batch, and so moves by
// less than what would carry it past its best place (0.35 .. 2.8 learn equally well: measured).
std::int64_t windows_of_batch(const Word2VecModel& model) {
  const Settings& s = model.settings;
  double most = 0;  // of the row in most use: how often in a window, as center or as negative
  double kept = 0;
  std::vector<double> centers;
  for (std::size_t w = 0; w < model.keep.size(); ++w) {
    centers.push_back(static_cast<double>(model.corpus.counts[w]) * (model.keep[w] + 1.0));
    kept += centers.back();
  }
  const auto negatives = negative_probabilities(model.corpus.counts, s.exponent);
  const double errors = s.method == Method::cbow ? 1 : static_cast<double>(s.window + 1);
  for (std::size_t w = 0; w < centers.size(); ++w) {
    const double negative = static_cast<double>(s.negative) * negatives[w];
    most = std::max(most, centers[w] / kept + (model.tree ? 0 : negative));
  }
  if (model.tree) most = 1;  // the root is in all of them
  constexpr double most_change = 2;
  const auto windows = static_cast<std::int64_t>(most_change / (model.lr * errors * most));
  constexpr double most_bytes = 1 << 20;  // so that deltas stay in the cache till they are added
  const auto deltas = static_cast<double>(deltas_of_task(model, task_windows) * model.width);
  const auto tasks = static_cast<std::int64_t>(most_bytes / sizeof(real) / deltas);
  return std::clamp<std::int64_t>(std::min(windows, tasks * task_windows), 8, 256);
}

Worker::Worker(const Word2VecModel& model) : model_(model) {
  const auto near = static_cast<std::size_t>(2 * model.settings.window);
  const std::int64_t ys = kernels::padded_outputs(model.most_outputs());
  near_.resize(near);
  near_dx_.resize(near);
  y_.resize(static_cast<std::size_t>(ys));
  g_.resize(near * static_cast<std::size_t>(ys));
  gradient_ = Tensor::zeros({1, model.width});
}

// The rows of the words of all windows of the task, and zeros for their gradients.
void Worker::take_inputs(const Task& task, real* deltas) {
  left_ = task.windows.front().left;
  right_ = task.windows.front().right;
  for (const Window& w : task.windows) {
    left_ = std::min(left_, w.left);
    right_ = std::max(right_, w.right);
  }
  const std::int64_t count = right_ - left_, width = model_.width;
  std::fill_n(deltas, count * width, real(0));
  x_.resize(static_cast<std::size_t>(count));
  dx_.resize(static_cast<std::size_t>(count));
  if (model_.subwords && (!composed_.defined() || composed_.dim(0) < count)) {
    composed_ = Tensor::uninitialized({count, width});
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t word = task.text->words[left_ + i];
    dx_[i] = deltas + i * width;
    if (model_.subwords) {
      real* to = composed_.mutable_data() + i * width;
      model_.vector(word, to, parts_);
      x_[i] = to;
    } else {
      x_[i] = model_.row(word);
    }
  }
}

void Worker::choose_outputs(const Task& task, const Window& window, Outputs& to) const {
  const std::uint32_t center = task.text->words[window.center];
  const auto first = static_cast<std::uint32_t>(model_.inputs);
  to.rows.clear();
  to.labels.clear();
  if (model_.tree) {
    for (const std::uint32_t node : model_.tree->path(center)) to.rows.push_back(first + node);
    for (const std::uint8_t bit : model_.tree->code(center)) to.labels.push_back(real(1) - bit);
  } else {
    to.rows.push_back(first + center);
    Rng rng(task.text->draws[window.center]);
    for (std::int64_t i = 0; i < model_.settings.negative; ++i) {
      const std::uint32_t word = model_.negatives.draw(rng.next());
      if (word != center) to.rows.push_back(first + word);
    }
    to.labels.resize(to.rows.size());
    to.labels.front() = 1;
  }
  for (const std::uint32_t row : to.rows) {
    const real* at = model_.row(row);
    for (std::int64_t k = 0; k < model_.width; k += kernels::row_step) __builtin_prefetch(at + k);
  }
}

void Worker::learn(const Task& task, const Window& window, const Outputs& outputs, real* dy) {
  const std::int64_t width = model_.width;
  std::int64_t near = 0;
  for (std::uint32_t i = window.left; i < window.right; ++i) {
    if (i == window.center) continue;
    near_[near] = x_[i - left_];
    near_dx_[near++] = dx_[i - left_];
  }
  ys_ = static_cast<std::int64_t>(outputs.rows.size());
  for (std::int64_t o = 0; o < ys_; ++o) y_[o] = model_.row(outputs.rows[o]);
  kernels::LogisticRows rows{
      near_.data(), near_dx_.data(), near,  y_.data(), outputs.labels.data(), ys_,
      dy,           g_.data(),       width, task.lr};
  if (model_.settings.method == Method::cbow) {
    real* mean = dy;
    real* gradient = gradient_.mutable_data();
    const real* const x = mean;
    const real share = real(1) / static_cast<real>(near);
    kernels::sum_rows(mean, near_.data(), near, share, width);
    std::fill_n(gradient, width, real(0));
    rows.x = &x;
    rows.dx = &gradient;
    rows.xs = 1;
    rows.dy = nullptr;
    kernels::logistic_rows(rows);
    kernels::add_to_rows(near_dx_.data(), near, gradient,
                         model_.settings.mean_gradient ? share : real(1), width);
  } else {
    kernels::logistic_rows(rows);
  }
  xs_ = rows.xs;
}

// |g| / lr is the probability of the wrong label.
void Worker::add_loss(Task& task) const {
  constexpr double least = 1e-7;
  const std::int64_t block = xs_ * kernels::output_block;
  for (std::int64_t b = 0; b * kernels::output_block < ys_; ++b) {
    for (std::int64_t j = 0; j < block; ++j) {
      if (b * kernels::output_block + j % kernels::output_block >= ys_) continue;
      const double wrong = std::abs(static_cast<double>(g_[b * block + j] / task.lr));
      task.loss -= std::log(std::max(1 - wrong, least));  // keeps NaN
    }
  }
  task.pairs += xs_;
}

void Worker::give_inputs(Task& task) const {
  const std::size_t mask = task.changes.size() - 1;
  for (std::uint32_t i = left_; i < right_; ++i) {
    const std::uint32_t word = task.text->words[i], delta = task.first_delta + (i - left_);
    if (!model_.subwords) {
      task.changes[word & mask].push_back({word, delta, 1});
      continue;
    }
    for (const std::uint32_t row : model_.subwords->of(word)) {
      task.changes[row & mask].push_back({row, delta, 1});
    }
  }
}

void Worker::run(Task& task, real* deltas) {
  task.loss = 0;
  task.pairs = 0;
  for (auto& c : task.changes) c.clear();
  if (task.windows.empty()) return;
  real* own = deltas + task.first_delta * model_.width;
  take_inputs(task, own);
  choose_outputs(task, task.windows.front(), outputs_[0]);
  const std::size_t mask = task.changes.size() - 1;
  const bool cbow = model_.settings.method == Method::cbow;
  std::uint32_t local = right_ - left_;
  for (std::size_t i = 0; i < task.windows.size(); ++i) {
    if (i + 1 < task.windows.size()) {
      choose_outputs(task, task.windows[i + 1], outputs_[(i + 1) % 2]);
    }
    const Outputs& outputs = outputs_[i % 2];
    learn(task, task.windows[i], outputs, own + local * model_.width);
    if (i == 0) add_loss(task);
    const std::uint32_t delta = task.first_delta + local;
    for (std::uint32_t o = 0; o < outputs.rows.size(); ++o) {
      const std::uint32_t row = outputs.rows[o];
      task.changes[row & mask].push_back(cbow ? kernels::RowDelta{row, delta, g_[o]}
                                              : kernels::RowDelta{row, delta + o, 1});
    }
    local += static_cast<std::uint32_t>(cbow ? 1 : kernels::padded_outputs(ys_));
  }
  give_inputs(task);
}

}  // namespace dlt::embed
