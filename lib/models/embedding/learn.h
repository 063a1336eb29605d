#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "embed/corpus.h"
#include "embed/trainer.h"
#include "train/progress.h"

namespace dlt::models {

// "1161192 words, of which 1100456 are left: 15173 different ones"
std::string corpus_line(const embed::Corpus& corpus);

// What goes on beside learning. Numbers of words; 0: never.
struct LearnEvents {
  std::int64_t report_every = 0;
  std::function<void(const train::Standing&)> report = {};  // also at the end
  std::int64_t save_every = 0;
  std::function<void()> save = {};      // also at the end, and when stopped
  std::function<bool()> stopping = {};  // whether to stop
};

// Trains to the end or until it is stopped; false: it was. Where it reports and saves does not
// depend on the speed. Exit::diverged if the loss is no longer a number.
bool learn(embed::Trainer& trainer, train::Progress& progress, const LearnEvents& events);

}  // namespace dlt::models
