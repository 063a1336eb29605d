#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <regex>
#include <sstream>
#include <thread>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/paths.h"
#include "support/xml.h"

namespace dlt::test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using Catch::StartsWith;

Args with(Args args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A table without what differs from day to day.
std::string timeless(const std::string& table) {
  return std::regex_replace(table, std::regex(" +[0-9.]+s  "), "  TIME  ");
}

bool has(const Xml& xml, const std::string& text) {
  return std::ranges::find(xml.texts, text) != xml.texts.end();
}

// A weight decay under which weights grow without end.
const Args explosive = {"--set", "train.steps=60", "--set", "train.optimizer.name=sgd"};

}  // namespace

TEST_CASE("a sweep trains every combination and shows the best first", "[cli][sweep]") {
  const Folder folder;
  const std::string out = folder / "sweep";
  const Ended run = dlt(
      train_tiny(out, {"--sweep", "train.batch=1,2", "--sweep", "train.optimizer.lr=1e-2,1e-4"}));
  REQUIRE(run.code == 0);
  CHECK(run.err == "");
  const auto lines = lines_of(run.out);
  REQUIRE(lines.size() == 5);
  CHECK_THAT(lines[0], Catch::Matches("batch  lr    valid_loss  loss +time  folder"));
  double before = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::istringstream words(lines[i]);
    std::string batch, lr, time, path;
    double valid = 0, loss = 0;
    words >> batch >> lr >> valid >> loss >> time >> path;
    CHECK(path == out + "/train.batch=" + batch + ",train.optimizer.lr=" + lr);
    CHECK(fs::exists(path + "/best"));
    CHECK(valid >= before);
    CHECK(loss > 3);
    before = valid;
  }
  const auto csv = lines_of(contents(out + "/sweep.csv"));
  REQUIRE(csv.size() == 5);
  CHECK(csv[0] == "train.batch,train.optimizer.lr,valid_loss,loss,seconds,state,step,folder");
  CHECK_THAT(csv[1], Contains(",finished,4,\"" + out + "/train.batch="));
  const Xml xml = read_xml(contents(out + "/sweep.svg"));
  for (const char* text : {"valid_loss by batch and lr", "batch", "lr", "1e-2", "1e-4", "2"}) {
    CHECK(has(xml, text));
  }
}

TEST_CASE("one sweep of numbers makes a line chart", "[cli][sweep]") {
  const Folder folder;
  make_tiny(folder / "s", {"--sweep", "train.optimizer.lr=1e-2,1e-4,1e-3"});
  const Xml xml = read_xml(contents(folder / "s/sweep.svg"));
  for (const char* text : {"valid_loss by lr", "train.optimizer.lr", "valid_loss", "training loss",
                           "0.0001", "0.01"}) {
    CHECK(has(xml, text));
  }
  CHECK(xml.elements.at("circle") == 8);  // three points of two lines, two in the legend
}

TEST_CASE("three sweeps make one panel for each name, side by side", "[cli][sweep]") {
  const Folder folder;
  make_tiny(folder / "s",
            {"--sweep", "train.optimizer.name=sgd,adamw", "--sweep", "train.optimizer.lr=1e-2,1e-3",
             "--sweep", "train.optimizer.weight_decay=0.1,0", "--set", "train.steps=2"});
  const Xml xml = read_xml(contents(folder / "s/sweep.svg"));
  for (const char* text :
       {"valid_loss by lr and weight_decay", "name = sgd", "name = adamw", "weight_decay",
        "outlined: the best; dot: the best weight_decay of each lr"}) {
    CHECK(has(xml, text));
  }
}

TEST_CASE("lists, strings and paths can be swept", "[cli][sweep]") {
  const Folder folder;
  const Ended run = dlt(train_tiny(
      folder / "s", {"--sweep", "train.optimizer.betas=[0.9,0.95],[0.8, 0.99]", "--sweep",
                     "data.train=\"data/fixtures/genesis.txt\",data/fixtures/poems-zh.txt"}));
  REQUIRE(run.err == "");
  CHECK_THAT(run.out, StartsWith("betas        train "));
  CHECK(lines_of(run.out).size() == 5);
  CHECK_THAT(contents(folder / "s/sweep.csv"),
             Contains("\n\"[0.8, 0.99]\",\"\"\"data/fixtures/genesis.txt\"\"\","));
  CHECK(fs::exists(
      folder /
      "s/train.optimizer.betas=[0.9,0.95],data.train=data_fixtures_poems-zh.txt~403cced5"));
}

TEST_CASE("a point that diverges is noted and the sweep goes on", "[cli][sweep]") {
  const Folder folder;
  const Ended run = dlt(
      with(train_tiny(folder / "s", explosive), {"--sweep", "train.optimizer.weight_decay=1000,0",
                                                 "--sweep", "train.optimizer.lr=1e-3,1e6"}));
  CHECK(run.code == 0);
  const auto lines = lines_of(run.out);
  REQUIRE(lines.size() == 5);
  CHECK_THAT(lines[1], StartsWith("0  "));
  CHECK_THAT(lines[4], StartsWith("1000          1e6   diverged at step "));
  CHECK(has(read_xml(contents(folder / "s/sweep.svg")), "diverged"));
  CHECK_THAT(contents(folder / "s/sweep.csv"), Contains(",diverged,"));
}

TEST_CASE("a sweep in which every point diverges ends with code 4", "[cli][sweep]") {
  const Folder folder;
  const Args args =
      with(train_tiny(folder / "s", explosive),
           {"--sweep", "train.optimizer.lr=1e5,1e6", "--set", "train.optimizer.weight_decay=1000"});
  for (const Args& again : {Args{}, Args{"--resume"}}) {
    const Ended run = dlt(with(args, again));
    CHECK(run.code == 4);
    CHECK(run.err ==
          "dlt: all 2 points of the sweep diverged: sweep smaller values of train.optimizer.lr, "
          "lengthen train.schedule.warmup or set train.clip (1.0 is usual)\n");
    CHECK_THAT(run.out, Contains("diverged at step "));
    const Xml xml = read_xml(contents(folder / "s/sweep.svg"));
    CHECK(std::ranges::count_if(xml.texts, [](const std::string& text) {
            return text.starts_with("diverged at step ");
          }) == 2);
  }
}

TEST_CASE("a resumed sweep trains only what is missing", "[cli][sweep]") {
  const Folder folder;
  const std::string out = folder / "s", done = out + "/train.optimizer.lr=1e-2";
  make_tiny(out, {"--sweep", "train.optimizer.lr=1e-2"});
  const std::string log = contents(done + "/log.txt");
  const Ended run = dlt({"train", "tests/cli/tiny.json", "--out", out, "--resume", "--sweep",
                         "train.optimizer.lr=1e-2,1e-3"});
  CHECK(run.code == 0);
  CHECK_THAT(run.err, StartsWith("== 1/2 " + done + " (trained before)\n== 2/2 " + out +
                                 "/train.optimizer.lr=1e-3\nstep 1/4 "));
  CHECK(contents(done + "/log.txt") == log);
  make_tiny(folder / "whole", {"--sweep", "train.optimizer.lr=1e-2,1e-3"});
  CHECK(std::regex_replace(timeless(run.out), std::regex(out + "/"), "") ==
        std::regex_replace(
            timeless(dlt(train_tiny(folder / "whole",
                                    {"--sweep", "train.optimizer.lr=1e-2,1e-3", "--resume"}))
                         .out),
            std::regex((folder / "whole") + "/"), ""));
  // More steps: what was finished is not any more.
  make_tiny(out, {"--resume", "--sweep", "train.optimizer.lr=1e-2,1e-3", "--set", "train.steps=6"});
  CHECK(fs::read_symlink(done + "/last") == "checkpoints/step-00000006");
  refuses(train_tiny(out, {"--resume", "--sweep", "train.optimizer.lr=1e-2,1e-3", "--set",
                           "train.clip=2"}),
          2,
          "/train/clip is 1.0 in '" + done +
              "/config.json' and 2.0 now: a resumed run cannot change it; put the old value back, "
              "or start a new run with another --out");
}

TEST_CASE("a signal ends a sweep with a table of what there is", "[cli][sweep]") {
  const Folder folder;
  const std::string out = folder / "s";
  Args command = with({binary()}, train_tiny(out, {"--sweep", "train.optimizer.lr=1e-2,1e-3",
                                                   "--set", "train.steps=100000"}));
  Process process(command, {});
  for (int i = 0; i < 2000 && !fs::exists(out + "/train.optimizer.lr=1e-2/last"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process.send(SIGINT);
  const Ended run = process.wait();
  CHECK(run.code == 130);
  const auto lines = lines_of(run.out);
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[1], StartsWith("1e-2  stopped at step "));
  CHECK_THAT(lines[2], StartsWith("1e-3  not trained yet "));
  CHECK_THAT(contents(out + "/sweep.csv"), Contains(",stopped,") && Contains(",waiting,0,"));
}

TEST_CASE("sweeps that cannot be read are refused before any work", "[cli][sweep]") {
  const Folder folder;
  const auto sweep = [&](const Args& more, const std::string& sentence) {
    Args args;
    for (const std::string& text : more) args = with(args, {"--sweep", text});
    refuses(train_tiny(folder / "s", args), 2, sentence);
  };
  sweep({"train.batch"},
        "--sweep train.batch: write it as a.b=v1,v2, for example --sweep "
        "train.optimizer.lr=1e-3,3e-4");
  sweep({"train.batch=1,,2"}, "--sweep train.batch=1,,2: a value between two commas is missing");
  sweep({"train.batch=1,"}, "--sweep train.batch=1,: a value between two commas is missing");
  sweep({"train.batch=1,2,1"}, "--sweep train.batch=1,2,1: 1 is there twice");
  sweep({"train.optimizer.betas=[0.9,0.95"},
        "--sweep train.optimizer.betas=[0.9,0.95: a quote or bracket is not closed");
  sweep({"train.batch=1", "train.batch=2"},
        "--sweep train.batch: there are two sweeps of it, give all values to one");
  std::string many = "=0";
  for (int i = 1; i < 101; ++i) many += "," + std::to_string(i);
  sweep({"train.steps" + many, "seed" + many},
        "--sweep seed: together that is more than 10000 trainings: give fewer values");
  sweep({"train.batch=1,x"},
        "--set train.batch: expected an integer in [1, 1048576], got \"x\" (string)");
  refuses({"train", folder.path(), "--resume", "--sweep", "train.batch=1,2"}, 2,
          "'" + folder.path() +
              "' is a folder: give --sweep the config file it began with, and the folder as --out");
  CHECK(folder.list().empty());
}

TEST_CASE("a dry run of a sweep says each size and writes nothing", "[cli][sweep]") {
  const Folder folder;
  const Ended run = dlt(train_tiny(folder / "s", {"--dry-run", "--sweep", "model.width=16,32"}));
  CHECK(run.code == 0);
  CHECK(std::ranges::count(run.out, '\n') == 10);
  CHECK(folder.list().empty());
}

}  // namespace dlt::test
