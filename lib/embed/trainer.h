#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "embed/corpus.h"
#include "embed/settings.h"
#include "embed/vectors.h"
#include "nn/params.h"

namespace dlt::embed {

struct Standing {
  std::int64_t words = 0, all = 0;  // seen so far, and in all epochs
  double loss = 0;                  // mean of the pairs since the last report
  double lr = 0;
};

// A way to learn vectors from a corpus: Word2Vec (skip-gram, CBOW), GloVe.
class Trainer {
 public:
  virtual ~Trainer() = default;

  // Goes on for about `words` of the corpus; false at the end. With settings.deterministic the
  // result depends on neither the threads nor how the work was cut into calls.
  virtual bool advance(std::int64_t words) = 0;
  virtual Standing standing() const = 0;

  virtual Vectors vectors() const = 0;  // the words' rows, subwords included
  // All that is needed to go on exactly: both matrices, the place.
  virtual nn::StateDict state() const = 0;
  virtual void load(const nn::StateDict& state) = 0;
};

// work, report: for GloVe, which counts pairs of words before it learns.
std::unique_ptr<Trainer> make_trainer(const Settings& settings, const Corpus& corpus,
                                      const ngram::Workspace& work = {},
                                      const ngram::Report& report = {});

}  // namespace dlt::embed
