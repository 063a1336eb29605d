#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "embed/word2vec_model.h"
#include "embed/word2vec_text.h"
#include "kernels/word_vectors.h"

namespace dlt::embed {

// A few windows of an excerpt whose gradients are taken of the same rows, and what comes out: rows
// to add to the matrix, in the order in which that is to be done, by owner: a row's owner is its
// number modulo the number of owners (a power of two).
struct Task {
  const Excerpt* text = nullptr;
  std::span<const Window> windows;
  real lr = 0;

  std::uint32_t first_delta = 0;  // of this task among all deltas
  std::vector<std::vector<kernels::RowDelta>> changes;
  double loss = 0;         // sum over the pairs of the first window (all would cost time):
  std::int64_t pairs = 0;  // of an input with its output and negatives
};

// How many rows of deltas a task of so many windows needs.
std::int64_t deltas_of_task(const Word2VecModel& model, std::int64_t windows);

constexpr std::int64_t task_windows = 16;  // at most
// How many windows may share the same values.
std::int64_t windows_of_batch(const Word2VecModel& model);

// Works on tasks; each thread has one.
class Worker {
 public:
  explicit Worker(const Word2VecModel& model);
  void run(Task& task, real* deltas);

 private:
  struct Outputs {  // rows of the matrix and their labels
    std::vector<std::uint32_t> rows;
    std::vector<real> labels;
  };

  void take_inputs(const Task& task, real* deltas);
  void choose_outputs(const Task& task, const Window& window, Outputs& to) const;
  void learn(const Task& task, const Window& window, const Outputs& outputs, real* dy);
  void add_loss(Task& task) const;
  void give_inputs(Task& task) const;

  const Word2VecModel& model_;
  std::uint32_t left_ = 0, right_ = 0;  // words of the excerpt that the windows hold
  std::vector<const real*> x_, near_;   // of those; of one window
  std::vector<real*> dx_, near_dx_;     // of those; of one window
  std::vector<const real*> y_;          // of one window
  std::vector<real> g_;                 // of one window
  std::vector<const real*> parts_;      // of one word
  std::int64_t xs_ = 0, ys_ = 0;        // of one window
  Tensor composed_;                     // rows of words from their subwords
  Tensor gradient_;                     // cbow: of the mean of a window
  Outputs outputs_[2];                  // of this window and the next
};

}  // namespace dlt::embed
