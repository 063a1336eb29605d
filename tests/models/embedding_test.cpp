#include <catch2/catch.hpp>
#include <cmath>

#include "models/embedding/learn.h"
#include "models/embedding/settings.h"
#include "models/model.h"
#include "support/failure.h"

namespace dlt::test {
namespace {

using namespace models;

// Does nothing, a hundred words at a time.
class Idle : public embed::Trainer {
 public:
  explicit Idle(std::int64_t all) : all_(all) {}
  bool advance(std::int64_t words) override {
    asked.push_back(words);
    words_ = std::min(all_, words_ + (words + 99) / 100 * 100);
    return words_ < all_;
  }
  embed::Standing standing() const override { return {words_, all_, loss, 0.1}; }
  embed::Vectors vectors() const override { return {}; }
  nn::StateDict state() const override { return {}; }
  void load(const nn::StateDict& /*state*/) override {}

  std::vector<std::int64_t> asked;
  double loss = 1;

 private:
  std::int64_t words_ = 0, all_;
};

train::Progress quiet() { return train::Progress(train::Progress::Quiet::yes); }

}  // namespace

TEST_CASE("learning reports and saves where it should", "[models][embed]") {
  auto progress = quiet();
  Idle trainer(1'000'050);
  std::vector<std::int64_t> reports, saves;
  LearnEvents events;
  events.report_every = 250'000;
  events.report = [&](const train::Standing& s) { reports.push_back(s.step); };
  events.save_every = 400'030;
  events.save = [&] { saves.push_back(trainer.standing().words); };
  CHECK(learn(trainer, progress, events));
  CHECK(reports == std::vector<std::int64_t>{250'000, 500'000, 750'000, 1'000'000, 1'000'050});
  CHECK(saves == std::vector<std::int64_t>{400'100, 800'100, 1'000'050});
}

TEST_CASE("learning in many short slices ends", "[models][embed]") {
  auto progress = quiet();
  Idle trainer(1'000'000);
  int saves = 0;
  LearnEvents events;
  events.save_every = 500;
  events.save = [&] { ++saves; };
  CHECK(learn(trainer, progress, events));
  CHECK(saves == 2000);
}

TEST_CASE("learning stops when it is told to, and saves", "[models][embed]") {
  auto progress = quiet();
  Idle trainer(1'000'000);
  int saves = 0;
  LearnEvents events;
  events.save = [&] { ++saves; };
  events.stopping = [] { return true; };
  CHECK_FALSE(learn(trainer, progress, events));
  CHECK(saves == 1);
  CHECK(trainer.asked.size() == 1);
}

TEST_CASE("learning ends where the loss is no number", "[models][embed]") {
  auto progress = quiet();
  Idle trainer(100);
  trainer.loss = std::nan("");
  CHECK(failure([&] { learn(trainer, progress, {}); }, Exit::diverged) ==
        "the loss is not finite after 100 words: train again with a smaller lr than 0.1");
}

TEST_CASE("settings that do not go together", "[models][embed]") {
  embed::Settings s;
  CHECK_FALSE(mistake_in(s));
  s.negative = 0;
  CHECK(mistake_in(s)->key == "negative");
  s.loss = embed::Loss::hierarchical_softmax;
  CHECK_FALSE(mistake_in(s));
  s.min_chars = 3;
  CHECK(mistake_in(s)->key == "min_chars");
  s.max_chars = 6;
  CHECK_FALSE(mistake_in(s));
  s.min_chars = 0;
  CHECK(mistake_in(s)->key == "min_chars");
  s.method = embed::Method::glove;
  CHECK(mistake_in(s)->key == "max_chars");
}

TEST_CASE("embed.word2vec has no gradient task and no language", "[models][embed]") {
  auto root = config::Reader::parse_text(R"({"model": {"name": "word2vec"}})", "a.json");
  const auto model = make_model(root, {.run = "", .purpose = Purpose::look});
  CHECK(model->language() == nullptr);
  CHECK(failure([&] { model->synthetic_task(); }, Exit::usage) ==
        "embed.word2vec learns word by word: it has no training steps as other models have");
  CHECK(failure([&] { model->open_data(""); }, Exit::usage) ==
        "data.train names no text file: give one, as in --set data.train=book.txt");
  CHECK(failure([&] { model->evaluate(""); }, Exit::usage) ==
        "the run's config names no train.similarity and no train.analogies: give a file of word "
        "pairs or of questions with --data");
}

}  // namespace dlt::test
