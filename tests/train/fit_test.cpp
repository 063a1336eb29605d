#include "train/fit.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/linear_task.h"
#include "train/checkpoint.h"
#include "train/files.h"

using namespace dlt;
using test::failure;
using test::LinearTask;
using train::FitConfig;

namespace {

constexpr train::FitOptions fresh{.resume = false, .quiet = true};
constexpr train::FitOptions again{.resume = true, .quiet = true};

FitConfig settings(std::int64_t steps) {
  FitConfig c;
  c.steps = steps;
  c.optimizer.lr = 0.05;
  c.schedule = optim::ScheduleConfig::parse(
      R"({"name": "cosine", "warmup": 3, "min_lr": 0.001, "steps": 20})");
  c.report_every = 5;
  return c;
}

train::Run new_run(const std::string& folder) {
  return train::Run::create(folder, "{}", train::Existing::refuse);
}

std::vector<nlohmann::json> reports(const train::Run& run) {
  std::istringstream lines(read_file(run.path("metrics.jsonl"), Exit::data));
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
  return all;
}

void check_same_checkpoint(const train::Run& a, const train::Run& b, const std::string& which) {
  for (const char* name : {"/model.safetensors", "/state.safetensors"}) {
    INFO(name);
    CHECK(read_file(a.checkpoint(which) + name, Exit::data) ==
          read_file(b.checkpoint(which) + name, Exit::data));
  }
}

constexpr const char* remedy =
    "; lower train.optimizer.lr, lengthen train.schedule.warmup or set train.clip (1.0 is usual); "
    "the last checkpoint is kept";

}  // namespace

TEST_CASE("the loop learns, reports, evaluates and saves", "[train]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask task;
  FitConfig c = settings(300);
  c.schedule = {};
  c.eval_every = 100;

  const auto result = train::fit(task, c, run, fresh);

  CHECK(result.outcome == train::Outcome::finished);
  CHECK(result.step == 300);
  CHECK(result.valid.front().first == "valid_loss");
  CHECK(result.valid.front().second < 0.01);
  CHECK(task.evaluations == 3);
  const auto all = reports(run);
  CHECK(all.size() == 63);  // every 5 steps, and three evaluations
  CHECK(all[0]["step"] == 5);
  for (const char* key : {"loss", "lr", "grad_norm", "rows_per_second", "seconds"}) {
    CHECK(all[0].contains(key));
  }
  CHECK(all[20]["step"] == 100);
  CHECK(all[20].contains("valid_loss"));
  CHECK(run.checkpoint("last") == run.path("checkpoints/step-00000300"));
}

TEST_CASE("ten steps, a stop and ten steps are twenty steps, byte for byte", "[train]") {
  const test::Folder folder;
  const auto kind = GENERATE(as<std::string>(), R"("adamw")", R"("sgd", "momentum": 0.9)",
                             R"("sgdw", "momentum": 0.9)", R"("adam", "amsgrad": true)",
                             R"("rmsprop", "centered": true, "momentum": 0.5)", R"("adagrad")",
                             R"("adadelta")", R"("adamax")", R"("nadam")", R"("radam")");
  const double ema = GENERATE(0.0, 0.9);
  auto one = new_run(folder / "one"), two = new_run(folder / "two");
  FitConfig whole = settings(20), half = settings(10);
  for (FitConfig* c : {&whole, &half}) {
    c->optimizer = optim::OptimizerConfig::parse(
        R"({"weight_decay": 0.1, "groups": [{"match": "*.bias", "lr_scale": 0.5}], "name": )" +
        kind + "}");
    c->ema = ema;
  }
  LinearTask a, b, c;
  train::fit(a, whole, one, fresh);

  train::fit(b, half, two, fresh);
  const auto result = train::fit(c, whole, two, again);

  CHECK(result.step == 20);
  check_same_checkpoint(one, two, "last");
}

TEST_CASE("a signal finishes the step and saves; resuming leaves no trace of it", "[train]") {
  const test::Folder folder;
  const int signal = GENERATE(SIGINT, SIGTERM);
  auto one = new_run(folder / "one"), two = new_run(folder / "two");
  LinearTask a, b, c;
  FitConfig c20 = settings(20);
  c20.eval_every = 4;
  train::fit(a, c20, one, fresh);

  b.during = [=](std::int64_t step) {
    if (step == 8) std::raise(signal);
  };
  const auto stopped = train::fit(b, c20, two, fresh);
  CHECK(stopped.outcome == train::Outcome::interrupted);
  CHECK(stopped.signal == signal);
  CHECK(stopped.step == 8);
  CHECK(train::read_place(two.checkpoint("last")).step == 8);
  const auto resumed = train::fit(c, c20, two, again);

  CHECK(resumed.outcome == train::Outcome::finished);
  check_same_checkpoint(one, two, "last");
  check_same_checkpoint(one, two, "best");
  const auto expected = reports(one), got = reports(two);
  REQUIRE(expected.size() == got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    for (const char* key : {"step", "loss", "lr", "grad_norm", "valid_loss"}) {
      CHECK(got[i].value(key, nlohmann::json()) == expected[i].value(key, nlohmann::json()));
    }
  }
}

TEST_CASE("resuming forgets reports after the checkpoint and torn lines", "[train]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask a, b;
  train::fit(a, settings(10), run, fresh);
  run.report(15, {{"loss", 1}});
  train::append(run.path("metrics.jsonl"), "{\"step\": 2");

  train::fit(b, settings(20), run, again);

  std::vector<int> steps;
  for (const auto& r : reports(run)) steps.push_back(r["step"]);
  CHECK(steps == std::vector<int>{5, 10, 10, 15, 20, 20});
}

TEST_CASE("a run that was stopped before its first checkpoint resumes from the start", "[train]") {
  const test::Folder folder;
  auto one = new_run(folder / "one"), two = new_run(folder / "two");
  two.report(3, {{"loss", 1}});
  LinearTask a, b;
  train::fit(a, settings(5), one, fresh);
  train::fit(b, settings(5), two, again);
  check_same_checkpoint(one, two, "last");
  CHECK(reports(two).front()["step"] == 5);
}

TEST_CASE("a longer run keeps the schedule it began with", "[train]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask a, b;
  FitConfig c = settings(10);
  c.schedule = optim::ScheduleConfig::parse(R"({"name": "linear", "min_lr": 0.01})");
  train::fit(a, c, run, fresh);
  c.steps = 20;
  train::fit(b, c, run, again);
  CHECK(reports(run).back()["step"] == 20);
  CHECK(reports(run)[3]["lr"] == 0.01);  // not halfway
}

TEST_CASE("best stays with the smallest metric, keep_last never removes it", "[train]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask task;
  const std::vector<double> metrics = {5, 2, 3, NAN, 4, 6};
  task.metric = [&] { return metrics[static_cast<std::size_t>(task.evaluations - 1)]; };
  FitConfig c = settings(12);
  c.eval_every = 2;
  c.save_every = 1;
  c.keep_last = 2;

  train::fit(task, c, run, fresh);

  CHECK(run.steps() == std::vector<std::int64_t>{4, 11, 12});
  CHECK(run.checkpoint("best") == run.path("checkpoints/step-00000004"));
  CHECK(run.checkpoint("last") == run.path("checkpoints/step-00000012"));

  LinearTask more;  // a resumed run remembers what the best was
  more.metric = [] { return 2.5; };
  c.steps = 14;
  train::fit(more, c, run, again);
  CHECK(run.checkpoint("best") == run.path("checkpoints/step-00000004"));
}

TEST_CASE("averaged weights are evaluated and kept, the weights themselves trained", "[train]") {
  const test::Folder folder;
  auto plain = new_run(folder / "plain"), averaged = new_run(folder / "averaged");
  LinearTask a, b;
  FitConfig c = settings(20);
  train::fit(a, c, plain, fresh);
  c.ema = 0.9;
  std::vector<real> evaluated;
  b.metric = [&] {
    const auto now = b.params().all().at("head.weight").values();
    evaluated.assign(now.begin(), now.end());
    return 1.0;
  };
  train::fit(b, c, averaged, fresh);

  const auto weight = [](nn::Params& params) {
    const auto w = params.all().at("head.weight").values();
    return std::vector<real>(w.begin(), w.end());
  };
  CHECK(weight(a.params()) == weight(b.params()));  // averaging changes no step
  LinearTask loaded;
  train::load_weights(averaged.checkpoint("best"), loaded.params());
  CHECK(weight(loaded.params()) == evaluated);
  CHECK(evaluated != weight(b.params()));
}

TEST_CASE("a checkpoint without averages cannot go on with them", "[train][errors]") {
  const test::Folder plain, averaged;
  LinearTask task;
  optim::Optimizer adam(task.params(), {});
  optim::Ema ema(task.params(), 0.9);
  const train::Place place{.step = 4, .metric = 1};
  train::save_checkpoint(plain.path(), place, task.params(), adam);
  train::save_checkpoint(averaged.path(), place, task.params(), adam, &ema);
  CHECK(failure([&] { train::load_checkpoint(plain.path(), task.params(), adam, &ema); },
                Exit::damaged) ==
        "the checkpoint has no 'head.bias' [2]\n  in file " + (plain / "state.safetensors"));
  CHECK(failure([&] { train::load_checkpoint(averaged.path(), task.params(), adam); },
                Exit::damaged) ==
        "the checkpoint has 'raw.head.bias' [2], which this optimizer does not use\n  in file " +
            (averaged / "state.safetensors"));
}

TEST_CASE("accumulated parts equal the whole batch", "[train]") {
  const test::Folder folder;
  auto one = new_run(folder / "one"), two = new_run(folder / "two");
  LinearTask whole(1), halves(2);
  FitConfig c = settings(10);
  c.optimizer = optim::OptimizerConfig::parse(R"({"name": "sgd", "lr": 0.05})");
  train::fit(whole, c, one, fresh);
  c.step.accumulate = 2;
  train::fit(halves, c, two, fresh);
  for (const auto& [name, t] : whole.params().all()) {
    for (std::int64_t i = 0; i < t.size(); ++i) {
      CHECK(halves.params().all().at(name).data()[i] == Approx(t.data()[i]).epsilon(1e-5));
    }
  }
  CHECK(reports(two)[0]["grad_norm"].get<double>() ==
        Approx(reports(one)[0]["grad_norm"].get<double>()).epsilon(1e-5));
}

TEST_CASE("clipping limits what a step uses, not what it reports", "[train]") {
  const auto moved = [](double clip) {
    LinearTask task;
    optim::Optimizer sgd(task.params(), optim::OptimizerConfig::parse(R"({"name": "sgd"})"));
    const Tensor before = task.params().all().at("head.weight").clone();
    const Tensor bias = task.params().all().at("head.bias").clone();
    const auto r = train::train_step(task, sgd, {.accumulate = 1, .clip = clip}, 1, 1);
    double squares = 0;
    for (const auto& [name, t] : task.params().all()) {
      const Tensor& old = name == "head.bias" ? bias : before;
      for (std::int64_t i = 0; i < t.size(); ++i) {
        squares += std::pow(static_cast<double>(t.data()[i] - old.data()[i]), 2);
      }
    }
    return std::pair(r.grad_norm, std::sqrt(squares));
  };
  const auto [norm, step] = moved(0);
  CHECK(step == Approx(norm).epsilon(1e-5));
  CHECK(moved(0.1).first == norm);
  CHECK(moved(0.1).second == Approx(0.1).epsilon(1e-4));
}

TEST_CASE("a loss that is not finite names step, op and layer", "[train][errors]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask task;
  task.bad_loss_at = 7;
  FitConfig c = settings(10);
  c.save_every = 5;
  CHECK(failure([&] { train::fit(task, c, run, fresh); }, Exit::diverged) ==
        std::string("training diverged at step 7: the loss is inf: the result [] of op "
                    "'square_error' is not finite, in layer head") +
            remedy);
  CHECK(run.steps() == std::vector<std::int64_t>{5});
  CHECK_THAT(read_file(run.path("log.txt"), Exit::data), Catch::Contains("diverged at step 7"));
}

TEST_CASE("a gradient that is not finite names step and parameter", "[train][errors]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask task;
  task.bad_gradient_at = 7;
  CHECK(failure([&] { train::fit(task, settings(10), run, fresh); }, Exit::diverged) ==
        std::string("training diverged at step 7: the gradient of 'head.weight' [2, 3] is not "
                    "finite") +
            remedy);
}

TEST_CASE("check_finite names the op whose gradient is not finite", "[train][errors]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask task;
  task.bad_gradient_at = 7;
  FitConfig c = settings(10);
  c.step.check_finite = true;
  CHECK(failure([&] { train::fit(task, c, run, fresh); }, Exit::diverged) ==
        std::string("training diverged at step 7: the gradient of an input [2, 3] of op 'spoil' "
                    "is not finite, in backward of spoil, in step 7") +
            remedy);
}

TEST_CASE("parameters that overflowed are not saved", "[train][errors]") {
  const test::Folder folder;
  auto run = new_run(folder / "run");
  LinearTask task;
  FitConfig c = settings(1);
  c.optimizer = optim::OptimizerConfig::parse(R"({"name": "sgd"})");
  c.optimizer.lr = 1e308;
  c.step.clip = 0;
  c.schedule = {};
  CHECK_THAT(failure([&] { train::fit(task, c, run, fresh); }, Exit::diverged),
             Catch::StartsWith("training diverged at step 1: the parameter 'head."));
  CHECK(run.steps().empty());
}

TEST_CASE("the object train of a config is read whole", "[train][config]") {
  const auto read = [](const std::string& text) {
    auto r = config::Reader::parse_text(text, "a.json");
    const auto c = FitConfig::read(r);
    r.done();
    return c;
  };
  const auto c = read(R"({"steps": 7, "accumulate": 2, "clip": 0, "optimizer": {"lr": 0.1},
                          "schedule": {"name": "linear", "warmup": 3}, "keep_last": 4,
                          "ema": 0.99})");
  CHECK(c.steps == 7);
  CHECK(c.step.accumulate == 2);
  CHECK(c.optimizer.lr == 0.1);
  CHECK(c.schedule.make(3, 100)(2) == 1);
  CHECK(c.ema == 0.99);
  CHECK_THROWS_WITH(read(R"({"ema": 1})"), "a.json:1:9: /ema: expected a number in [0, 1), got 1");
  CHECK(c.keep_last == 4);
  CHECK_THROWS_WITH(read(R"({"schedule": {"min_lr": 0.5}})"),
                    "a.json:1:25: /schedule/min_lr: expected at most the optimizer's lr, 0.001, "
                    "got 0.5");
  CHECK_THROWS_WITH(read(R"({"stpes": 5})"), Catch::Contains("did you mean 'steps'?"));
}
