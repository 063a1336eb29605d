#include "data/recall.h"

#include <fmt/format.h>

#include "base/error.h"
#include "data/labelled_text.h"
#include "data/sequence_set.h"
#include "data/two_columns.h"

namespace dlt::data {
namespace {

std::int32_t drawn(Rng& rng, std::int64_t from, std::int64_t below) {
  return static_cast<std::int32_t>(
      from + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(below - from))));
}

Sequence as_sequence(Recall r) {
  Sequence s;
  s.ids = std::move(r.ids);
  s.answers = std::move(r.answers);
  return s;
}

// Sequences that a task makes up: those to train on without end.
template <class Task>
class RecallSet : public SequenceSet {
 public:
  RecallSet(config::Reader& r, Task task) : task_(task) {
    r.field("valid_sequences", valid_sequences_, 0, 1 << 24);
    auto seed = static_cast<std::int64_t>(seed_);
    r.field("seed", seed, 0);
    seed_ = static_cast<std::uint64_t>(seed);
  }

  SequenceSplit open() override {
    return {made_up(Sequences::endless, "train"), made_up(valid_sequences_, "valid")};
  }
  Sequences held_out(const std::string& file) override {
    if (file.empty()) return made_up(valid_sequences_, "valid");
    check_file("--data", file);
    std::vector<Sequence> all;
    for (Recall& r : read_recalls(file, task_.vocabulary)) all.push_back(as_sequence(std::move(r)));
    return in_memory(std::move(all), 0);
  }
  SequenceShape shape() const override {
    return {.vocabulary = task_.vocabulary,
            .longest = task_.steps(),
            .outputs = task_.vocabulary,
            .asks_steps = true};
  }
  bool made_up() const override { return true; }

 private:
  Sequences made_up(std::int64_t size, const char* part) const {
    const auto at = [task = task_, seed = derive(seed_, part)](std::int64_t i) {
      Rng rng(derive(seed, static_cast<std::uint64_t>(i)));
      return as_sequence(task.draw(rng));
    };
    return {size, [steps = task_.steps()](std::int64_t) { return steps; }, at};
  }

  Task task_;
  std::int64_t valid_sequences_ = 500;
  std::uint64_t seed_ = 1;
};

constexpr std::int64_t longest = 1 << 24, most_ids = 1 << 20;

}  // namespace

Recall CopyTask::draw(Rng& rng) const {
  Recall r;
  std::int64_t left = tokens;
  for (std::int64_t t = 0; t < length; ++t) {  // `left` of the steps from here on are chosen
    const bool chosen = drawn(rng, 0, length - t) < left;
    r.ids.push_back(chosen ? drawn(rng, 1, vocabulary - 1) : 0);
    if (!chosen) continue;
    r.answers.push_back(r.ids.back());
    --left;
  }
  r.ids.insert(r.ids.end(), r.answers.size(), static_cast<std::int32_t>(vocabulary - 1));
  return r;
}

Recall InductionTask::draw(Rng& rng) const {
  Recall r;
  for (std::int64_t t = 0; t < length; ++t) r.ids.push_back(drawn(rng, 0, vocabulary - 1));
  const auto place = static_cast<std::size_t>(drawn(rng, 0, length - 2));
  r.ids[place] = r.ids.back() = static_cast<std::int32_t>(vocabulary - 1);
  r.answers = {r.ids[place + 1]};
  return r;
}

std::string written(const Recall& r) {
  return fmt::format("{}\t{}", fmt::join(r.ids, " "), fmt::join(r.answers, " "));
}

std::vector<Recall> read_recalls(const std::string& path, std::int64_t vocabulary) {
  std::vector<Recall> all;
  read_two_columns(
      path, "ids<TAB>answers",
      [&](std::string_view left, std::string_view right, const auto& place) {
        Recall& r = all.emplace_back();
        for (auto [side, ids] : {std::pair(left, &r.ids), {right, &r.answers}}) {
          for (const std::string_view word : words_of(side)) {
            ids->push_back(id_of(word, vocabulary));
            require(ids->back() >= 0, Exit::data, "{}: '{}' is no id: they are 0 .. {}", place,
                    word, vocabulary - 1);
          }
        }
        require(r.answers.size() <= r.ids.size(), Exit::data,
                "{}: {} answers are more than {} steps", place, r.answers.size(), r.ids.size());
      });
  return all;
}

std::unique_ptr<SequenceSet> make_selective_copy(config::Reader& data) {
  CopyTask task;
  data.field("length", task.length, 1, longest);
  data.field("tokens", task.tokens, 1, task.length);
  data.field("vocabulary", task.vocabulary, 3, most_ids);
  return std::make_unique<RecallSet<CopyTask>>(data, task);
}

std::unique_ptr<SequenceSet> make_induction(config::Reader& data) {
  InductionTask task;
  data.field("length", task.length, 3, longest);
  data.field("vocabulary", task.vocabulary, 2, most_ids);
  return std::make_unique<RecallSet<InductionTask>>(data, task);
}

}  // namespace dlt::data
