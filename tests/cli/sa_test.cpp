#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/xml.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

Ended good(const Args& args, const Around& around = {}) {
  Ended run = dlt(args, around);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run;
}

std::string mean_refusal(const std::string& in, const Args& more = {}) {
  Args args = {"sa", "mean"};
  args.insert(args.end(), more.begin(), more.end());
  const Ended run = dlt(args, {.in = in});
  CHECK(run.out == "");
  CHECK(run.code == 3);
  return run.err;
}

}  // namespace

TEST_CASE("dlt sa mean prints the running mean of a stream", "[cli][sa]") {
  const Folder folder;
  const Ended run = good({"sa", "mean", "--out", folder / "w.csv", "--svg", folder / "w.svg"},
                         {.in = "2 4\n\n9,1 # the rest 7 8\n# none 5\r\n"});
  CHECK(run.out ==
        "count      4\nmean       4\nvariance   12.666666666666666\nw          4 by steps 1/k\n"
        "error      0; standard error of the mean 1.78\n"
        "condition 2 holds: sum a_k = inf (its sums grow like ln k, the harmonic series), "
        "sum a_k^2 < inf (the power of the squares, 2, is more than 1)\n");
  CHECK(contents(folder / "w.csv") ==
        "k,step,x,w\n1,1,2,2\n2,0.5,4,3\n3,0.3333333333333333,9,5\n4,0.25,1,4\n");
  const Xml xml = read_xml(contents(folder / "w.svg"));
  CHECK(xml.texts.front() != "");
  CHECK_THAT(xml.texts, Catch::VectorContains(std::string("Running mean of 4 numbers")));
  CHECK_THAT(xml.texts, Catch::VectorContains(std::string("mean 4")));
  CHECK(folder.list() == Args{"w.csv", "w.svg"});
}

TEST_CASE("dlt sa mean takes a file, a column, another step and start", "[cli][sa]") {
  const Folder folder;
  put(folder / "x.csv", "\xEF\xBB\xBFk,x\r\n1,4\r\n2,8");
  const json all = json::parse(
      good({"sa", "mean", folder / "x.csv", "--column", "2", "--step", "0.5", "--json"}).out);
  CHECK(all["count"] == 2);
  CHECK(all["w"] == 5.0);
  CHECK(all["mean"] == 6.0);
  CHECK(all["error"] == -1.0);
  CHECK(all["conditions"]["sum_of_squares_is_finite"]["holds"] == false);
  CHECK_THAT(
      good({"sa", "mean", folder / "x.csv", "--column", "2", "--step", "0.5", "--start", "100"})
          .out,
      Contains("w          30 by steps 0.5\nerror      24; a constant step keeps scattering "
               "by 1.633\ncondition 2 broken: sum a_k = inf (every step is 0.5), sum a_k^2 "
               "= inf (every square is 0.25, the step does not shrink)\n"));
}

TEST_CASE("dlt sa mean names the line of what is no number", "[cli][sa]") {
  CHECK(mean_refusal("1\n2 x\n") == "dlt: standard input:2: expected a finite number, got 'x'\n");
  CHECK(mean_refusal("1\nnan\n") == "dlt: standard input:2: expected a finite number, got 'nan'\n");
  CHECK(mean_refusal("1e999") == "dlt: standard input:1: expected a finite number, got '1e999'\n");
  CHECK(mean_refusal("1,2\n3\n", {"--column", "2"}) ==
        "dlt: standard input:2: there is no column 2, the line has 1\n");
  CHECK(mean_refusal("1,2\n3,,4\n", {"--column", "2"}) ==
        "dlt: standard input:2: expected a finite number, got ''\n");
  CHECK(mean_refusal("# 1\n\n") == "dlt: standard input has no numbers\n");
  CHECK(mean_refusal("", {"nope.txt"}) ==
        "dlt: cannot open 'nope.txt': No such file or directory\n");
  CHECK(mean_refusal("", {"tests"}) == "dlt: cannot read 'tests': Is a directory\n");
  CHECK(mean_refusal(std::string((16 << 20) + (1 << 17), '1')) ==
        "dlt: standard input:1: the line is longer than 16 MiB\n");
}

TEST_CASE("a failed sa command leaves no file", "[cli][sa]") {
  const Folder folder;
  CHECK(mean_refusal("1\nx\n", {"--out", folder / "w.csv", "--svg", folder / "w.svg"}) != "");
  CHECK(folder.list().empty());
  refuses({"sa", "mean", "--out", folder / "no/w.csv"}, 1,
          "cannot write '" + (folder / "no/w.csv") + "': No such file or directory", {.in = "1\n"});
}

TEST_CASE("dlt sa does not write over what it reads, nor twice to one file", "[cli][sa]") {
  const Folder folder;
  const std::string x = folder / "x.txt";
  put(x, "1\n");
  refuses({"sa", "mean", x, "--out", x}, 2,
          "--out '" + x + "' is where the numbers come from: give the name of another file");
  refuses({"sa", "mean", x, "--svg", folder / "./x.txt"}, 2,
          "--svg '" + (folder / "./x.txt") +
              "' is where the numbers come from: give the name of another file");
  const Ended piped = shell("$dlt sa mean --out " + x + " < " + x);
  CHECK(piped.code == 2);
  CHECK(contents(x) == "1\n");
  refuses({"sa", "mean", x, "--out", folder / "w", "--svg", folder / "w"}, 2,
          "--out and --svg are both '" + (folder / "w") + "': give each a name of its own");
  refuses({"sa", "mean", x, "--out", folder / "w.csv", "--svg", folder.path()}, 1,
          "cannot write '" + folder.path() + "': it is a folder, the name of a file is needed");
  CHECK(folder.list() == Args{"x.txt"});
}

TEST_CASE("dlt sa writes to the standard output and to nowhere", "[cli][sa]") {
  const Ended run = good({"sa", "mean", "--out", "/dev/stdout", "--svg", "/dev/null"}, {.in = "2"});
  CHECK_THAT(run.out, StartsWith("k,step,x,w\n1,1,2,2\ncount      1\n"));
  refuses({"sa", "mean", "--out", "/dev/full"}, 1,
          "cannot write '/dev/full': No space left on device", {.in = "2"});
}

TEST_CASE("a mean that runs away says so", "[cli][sa]") {
  refuses({"sa", "mean", "--step", "1e100"}, 4,
          "w is no longer a finite number after 4 numbers: take a smaller --step than 1e+100, or "
          "scale the numbers down",
          {.in = "1 2 3 4 5 6"});
}

TEST_CASE("an interrupted stream is reported as far as it came", "[cli][sa]") {
  const Folder folder;
  const Ended run = shell("mkfifo " + (folder / "pipe") + "; $dlt sa mean --json --out " +
                          (folder / "w.csv") + " < " + (folder / "pipe") + " & exec 3> " +
                          (folder / "pipe") + "; echo 1 2 3 >&3; sleep 1; kill -INT $!; wait $!");
  CHECK(run.code == 128 + SIGINT);
  CHECK_THAT(run.out, Contains("\"count\": 3"));
  CHECK_THAT(contents(folder / "w.csv"), StartsWith("k,step,x,w\n1,1,1,1\n"));
}

TEST_CASE("dlt sa root prints the way to the root", "[cli][sa]") {
  const Folder folder;
  const Ended run = good({"sa", "root", "--expr", "tanh(w-1)", "--w0", "3", "--steps", "10",
                          "--out", folder / "w.csv", "--svg", folder / "w.svg"});
  CHECK(run.out ==
        "        k          step               w      observed\n"
        "        1             1               3      0.964028\n"
        "        2           0.5      2.03597242      0.776293\n"
        "        5           0.2     1.350694111      0.336991\n"
        "       10           0.1     1.159205243      0.157874\n"
        "       11                   1.143417877\n\n"
        "error       0.1434 from the root 1 (found by bisection)\n"
        "condition 1 holds: 0.07065 <= g' <= 0.9797 on [1.14342, 3]\n"
        "condition 2 holds: sum a_k = inf (its sums grow like ln k, the harmonic series), "
        "sum a_k^2 < inf (the power of the squares, 2, is more than 1)\n"
        "condition 3 holds: there is no noise\n");
  const std::string csv = contents(folder / "w.csv");
  CHECK_THAT(csv, StartsWith("k,step,w,observed\n1,1,3,0.9640275800758169\n2,0.5,2.03597241992"));
  CHECK(csv.ends_with(",\n"));
  CHECK(std::ranges::count(csv, '\n') == 12);
  const Xml xml = read_xml(contents(folder / "w.svg"));
  CHECK_THAT(xml.texts, Catch::VectorContains(std::string("Robbins-Monro on g(w) = tanh(w-1)")));
  CHECK_THAT(xml.texts,
             Catch::VectorContains(std::string("step 1/k, noise 0, seed 1, 10 steps from 3")));
}

TEST_CASE("dlt sa root with noise gives the same numbers for the same seed", "[cli][sa]") {
  const Args args = {"sa",      "root", "--expr", "tanh(w-1)", "--w0", "3",
                     "--noise", "0.5",  "--json", "--root",    "1"};
  const json all = json::parse(good(args).out);
  CHECK(good(args).out == good(args).out);
  CHECK(std::abs(all["error"].get<double>()) < 0.1);
  CHECK(all["steps"] == 1000);
  CHECK(all["root"] == 1.0);
  CHECK(all["diverged"] == false);
  CHECK(all["trajectory"].size() == 10);
  CHECK(all["conditions"]["gradient"]["holds"] == true);
  CHECK(all["conditions"]["noise"]["reason"] == "independent normal noise, mean 0, variance 0.25");
}

TEST_CASE("a search that diverges names the broken condition and keeps its trajectory",
          "[cli][sa]") {
  const Folder folder;
  refuses({"sa", "root", "--expr", "w^3-5", "--out", folder / "w.csv", "--svg", folder / "w.svg"},
          4,
          "the search diverged at step 4 (w = -4.252e+13): condition (1), 0 < c1 <= g' <= c2, is "
          "broken: the gradient of g is not bounded on [-55, 5]: g' reaches 9075; at step 2 the "
          "step 0.5 times g'(5) = 75 is 37.5, more than 2, so that steps overshoot further and "
          "further; take a smaller step such as 1/(k+10), or start nearer the root");
  CHECK_THAT(contents(folder / "w.csv"), StartsWith("k,step,w,observed\n1,1,0,-5\n2,0.5,5,120\n"));
  CHECK_NOTHROW(read_xml(contents(folder / "w.svg")));
}

TEST_CASE("mistakes on the command line of dlt sa", "[cli][sa]") {
  refuses({"sa"}, 2, "give a command: mean, root (see `dlt sa --help`)");
  refuses({"sa", "root"}, 2, "--expr is required (see `dlt sa root --help`)");
  refuses({"sa", "root", "--expr", "w", "--steps", "0"}, 2,
          "--steps: expected an integer >= 1, got '0' (see `dlt sa root --help`)");
  refuses({"sa", "root", "--expr", "w", "--noise", "-1"}, 2,
          "--noise: expected a number in [0, 1e+100], got '-1' (see `dlt sa root --help`)");
  refuses({"sa", "root", "--expr", "w", "--root", "nan"}, 2,
          "--root: expected a number in [-1e+100, 1e+100], got 'nan' (see `dlt sa root --help`)");
  refuses({"sa", "mean", "--step", "1/n"}, 2,
          "--step '1/n': expected 1/k, a/k, a/(k+b), a/(k+b)^c, a/k^c or a, with numbers for a, b "
          "and c, as in 1/(k+10)^0.75");
  for (const Args& command :
       {Args{"sa", "--help"}, Args{"sa", "mean", "--help"}, Args{"sa", "root", "--help"}}) {
    CHECK_THAT(good(command).out, Contains("Example:\n  "));
  }
}

}  // namespace dlt::test
