#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/xml.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using Catch::VectorContains;
using nlohmann::json;

const std::string waves = "data/fixtures/signal.csv";

Ended good(const Args& args) {
  Ended run = dlt(args);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run;
}

Args hippo(const std::string& signal, const Args& more = {}) {
  Args args = {"ssm", "hippo", "--measure", "legs", "--signal", signal};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Args kernel(const std::string& matrix, const Args& more = {}) {
  Args args = {"ssm", "kernel", "--matrix", matrix};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

std::string ramp(int samples) {
  std::string text = "u\n";
  for (int k = 0; k < samples; ++k) text += std::to_string((k + 0.5) / samples) + "\n";
  return text;
}

std::string line(const std::string& text, int number) {
  std::size_t begin = 0;
  while (--number > 0) begin = text.find('\n', begin) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("dlt ssm hippo shows the matrices, the coefficients and what comes back", "[cli][ssm]") {
  const Folder folder;
  put(folder / "ramp.csv", ramp(100));
  const std::string out = good(hippo(folder / "ramp.csv", {"--order", "2,4"})).out;
  CHECK_THAT(out,
             Contains(", u, 100 samples\nmemory  legs: all of the past, bilinear\n\nA | B\n"
                      "           -1            0            0            0   |            1\n"
                      "     -1.73205           -2            0            0   |      1.73205\n"));
  CHECK_THAT(out, Contains("coefficients\n     n            order 2            order 4\n"
                           "     0           0.497512           0.497512\n"
                           "     1           0.290097           0.290097\n"
                           "     2                         "));
  CHECK_THAT(out,
             Contains("what comes back\n order         rmse     relative      largest\n     2 "));
}

TEST_CASE("dlt ssm hippo --json: errors fall with the order, for every measure and method",
          "[cli][ssm]") {
  for (const std::string measure : {"legs", "legt", "fourier", "fout"}) {
    for (const std::string method : {"backward", "bilinear", "zoh"}) {
      CAPTURE(measure, method);
      Args args = {"ssm",   "hippo",   "--measure", measure,    "--signal", waves,   "--column",
                   "value", "--order", "8,32",      "--method", method,     "--json"};
      if (measure != "legs") args.insert(args.end(), {"--window", "400"});
      const json all = json::parse(good(args).out);
      CHECK(all["samples"] == 1000);
      CHECK(all["orders"][0]["A"].size() == 8);
      CHECK(all["orders"][1]["coefficients"].size() == 32);
      CHECK(all["orders"][1]["relative"] < all["orders"][0]["relative"]);
      CHECK(all["orders"][1]["relative"] < (measure == "fourier" ? 0.5 : 0.2));
    }
  }
  const json ramps = json::parse(good(hippo(waves, {"--column", "1", "--order", "4", "--method",
                                                    "generalized", "--alpha", "0.5", "--json"}))
                                     .out);
  CHECK(ramps["column"] == "time");
  CHECK(ramps["window"].is_null());
  CHECK(ramps["orders"][0]["coefficients"][1] == Approx(0.288675).epsilon(2e-3));
}

TEST_CASE("a memory that is mostly rounding is named", "[cli][ssm]") {
  const Ended run =
      good(hippo(waves, {"--column", "value", "--order", "256", "--method", "forward"}));
  CHECK(
      run.err ==
      "dlt: warning: order 256: forward Euler overshot in the first samples, and what comes back "
      "is mostly their rounding: take a smaller --order, or --method backward, bilinear or zoh\n");
}

TEST_CASE("dlt ssm hippo writes what comes back as CSV and as a picture", "[cli][ssm]") {
  const Folder folder;
  Args args = {"ssm",      "hippo",          "--measure",     "legt",          "--signal", waves,
               "--column", "value",          "--window",      "250",           "--order",  "8,16",
               "--svg",    folder / "m.svg", "--reconstruct", folder / "m.csv"};
  good(args);
  const std::string csv = contents(folder / "m.csv");
  CHECK(line(csv, 1) == "time,signal,order_8,order_16");
  CHECK(line(csv, 2) == "0,-1.2864,,");
  CHECK(line(csv, 751) ==
        "749," + line(csv, 751).substr(4, line(csv, 751).find(',', 4) - 4) + ",,");
  CHECK(line(csv, 752).back() != ',');
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 1001);
  const Xml xml = read_xml(contents(folder / "m.svg"));
  for (const std::string text : {"signal", "order 8", "order 16", "window",
                                 "a window of 250 samples, bilinear, 1000 samples"}) {
    CHECK_THAT(xml.texts, VectorContains(text));
  }
}

TEST_CASE("signals that are none", "[cli][ssm]") {
  const Folder folder;
  const auto bad = [&](const std::string& text, const std::string& why, int code = 3,
                       const Args& more = {}) {
    put(folder / "s.csv", text);
    refuses(hippo(folder / "s.csv", more), code, why);
  };
  const std::string file = folder / "s.csv";
  bad("", file + ":1: the signal is empty: expected a number");
  bad("u\n", file + ":2: the signal is empty: expected a number");
  bad("u\n1\nnan\n", file + ":3: expected a finite number of at most 1e+100, got 'nan'");
  bad("nan\n1\n", file + ":1: expected a finite number of at most 1e+100, got 'nan'");
  bad("1\n-inf\n", file + ":2: expected a finite number of at most 1e+100, got '-inf'");
  bad("1\n1e300\n", file + ":2: expected a finite number of at most 1e+100, got '1e300'");
  bad("1\nx\n", file + ":2: expected a finite number of at most 1e+100, got 'x'");
  bad("a,b\n1,2\n3\n", file + ":3: expected 2 fields, found 1", 3, {"--column", "b"});
  bad("a,b\n1,2\n", "choose one with --column: '" + file + "' has the columns a, b", 2);
  bad("1,2\n", "choose one with --column: '" + file + "' has 2 columns: give a number from 1 to 2",
      2);
  bad("time,value\n1,2\n",
      "--column 'valeu': '" + file + "' has the columns time, value; did you mean 'value'?", 2,
      {"--column", "valeu"});
  bad("1,2\n", "--column '3': '" + file + "' has 2 columns: give a number from 1 to 2", 2,
      {"--column", "3"});
  refuses(hippo(folder / "none.csv"), 3,
          "cannot open '" + (folder / "none.csv") + "': No such file or directory");
}

TEST_CASE("mistakes on the command line of dlt ssm hippo", "[cli][ssm]") {
  const Folder folder;
  const auto wrong = [](const Args& more, const std::string& why) {
    Args args = hippo(waves, {"--column", "value"});
    args.insert(args.end(), more.begin(), more.end());
    refuses(args, 2, why);
  };
  const std::string help = " (see `dlt ssm hippo --help`)";
  refuses({"ssm"}, 2, "give a command: hippo, kernel (see `dlt ssm --help`)");
  refuses({"ssm", "hippo"}, 2, "--measure is required" + help);
  wrong({"--order", "0"}, "--order: expected an integer in [1, 1024], got '0'" + help);
  wrong({"--order", "8,x"}, "--order: expected an integer in [1, 1024], got 'x'" + help);
  wrong({"--window", "0"}, "--window: expected a number in [1, 1000000000000], got '0'" + help);
  wrong({"--window", "9"},
        "--window belongs to legt, fourier and fout: legs remembers all of the past");
  wrong({"--method", "euler"},
        "unknown method 'euler': expected forward, backward, bilinear, generalized or zoh");
  wrong({"--alpha", "0.5"}, "alpha belongs to method generalized, not to bilinear");
  wrong({"--svg", "a.svg", "--order", "1,2,3,4,5,6"}, "--svg draws at most 5 orders, not 6");
  wrong({"--svg", waves},
        "--svg '" + waves + "' is the signal itself: give the name of another file");
  wrong({"--svg", folder / "x", "--reconstruct", folder / "x"},
        "--reconstruct and --svg are both '" + (folder / "x") + "': give each a name of its own");
  refuses({"ssm", "hippo", "--measure", "lagt", "--signal", waves}, 2,
          "unknown measure 'lagt': expected legs, legt, fourier or fout");
  refuses(
      {"ssm", "hippo", "--measure", "legt", "--signal", waves, "--column", "value", "--order", "32",
       "--window", "100", "--method", "forward"},
      2,
      "order 32: forward Euler is unstable here: an eigenvalue of its step is 1.081 in absolute "
      "value, more than 1, so that the state grows without end: take a longer --window, a "
      "smaller --order, or --method backward, bilinear or zoh");
}

TEST_CASE("dlt ssm kernel proves that all ways to a kernel agree", "[cli][ssm]") {
  for (const std::string matrix :
       {"legs", "legt", "fourier", "fout", "s4d-lin", "s4d-inv", "s4d-legs"}) {
    for (const std::string method : {"bilinear", "zoh", "backward"}) {
      CAPTURE(matrix, method);
      const json all =
          json::parse(good(kernel(matrix, {"--order", "16", "--length", "200", "--method", method,
                                           "--seed", "4", "--check", "--json"}))
                          .out);
      CHECK(all["kernel"].size() == 200);
      CHECK(all["spectral_radius"] < 1);
      CHECK(all["differences"].size() == (matrix.starts_with("s4d") ? 3 : 2));
      for (const auto& [ways, difference] : all["differences"].items()) {
        CAPTURE(ways);
        CHECK(difference < 1e-11);
      }
    }
  }
}

TEST_CASE("dlt ssm kernel prints, writes and draws the kernel", "[cli][ssm]") {
  const Folder folder;
  const std::string out =
      good(kernel("legs", {"--order", "2", "--length", "5", "--step", "0.1", "--check", "--csv",
                           folder / "k.csv", "--svg", folder / "k.svg"}))
          .out;
  CHECK_THAT(out, Contains("steps   bilinear of 0.1; the largest eigenvalue is 0.9047619\n\n"
                           "A | B of a step\n     0.904762            0   |    0.0952381\n"
                           "    -0.149961     0.818182   |     0.149961\n"));
  CHECK_THAT(out, Contains("        0            0     0.2451992041\n"
                           "        1          0.1     0.1945812428\n"
                           "        2          0.2     0.1537414317\n"
                           "        3          0.3     0.1208471745\n"
                           "        4          0.4    0.09440428844\n"));
  CHECK_THAT(out, Contains("\noutput by recurrence = by convolution: they differ by "));
  CHECK_THAT(out, Contains("\nkernel by recurrence = by its generating function (Cauchy, Woodbury "
                           "of rank 1): they differ by "));
  CHECK(line(contents(folder / "k.csv"), 1) == "l,time,kernel");
  CHECK_THAT(line(contents(folder / "k.csv"), 3), Catch::StartsWith("1,0.1,0.19458124"));
  CHECK_THAT(read_xml(contents(folder / "k.svg")).texts,
             VectorContains(std::string("The kernel of legs, order 2")));
}

TEST_CASE("steps that grow are named, and a tolerance that is not met", "[cli][ssm]") {
  const Args forward = {"--order", "8", "--step", "0.3", "--method", "forward"};
  Args args = kernel("legs", forward);
  args.insert(args.end(), {"--length", "100"});
  const std::string unstable =
      "forward Euler is unstable here: an eigenvalue of its step is 1.4 in absolute value, more "
      "than 1, so that the state grows without end: take a smaller --step, or --method backward, "
      "bilinear or zoh";
  CHECK(good(args).err == "dlt: warning: " + unstable + "\n");
  args.back() = "4000";
  const Ended lost = dlt(args);
  CHECK(lost.code == 2);
  CHECK_THAT(lost.err, Catch::StartsWith("dlt: the kernel leaves the range of numbers at l = 2"));
  CHECK_THAT(lost.err, Contains("; " + unstable));
  const Ended strict = dlt(kernel("legs", {"--check", "--tolerance", "0"}));
  CHECK(strict.code == 1);
  CHECK_THAT(strict.out, Contains("kernel by recurrence = by its generating function"));
  CHECK_THAT(strict.err, Contains("of the largest value, more than the tolerance 0"));
}

TEST_CASE("mistakes on the command line of dlt ssm kernel", "[cli][ssm]") {
  const std::string help = " (see `dlt ssm kernel --help`)";
  refuses(kernel("legs", {"--order", "0"}), 2,
          "--order: expected an integer in [1, 1024], got '0'" + help);
  refuses(kernel("legs", {"--length", "0"}), 2,
          "--length: expected an integer in [1, 4194304], got '0'" + help);
  refuses(kernel("legs", {"--step", "0"}), 2,
          "--step: expected a number in [1e-12, 1000000000000], got '0'" + help);
  refuses(kernel("s4d-lin", {"--order", "5"}), 2,
          "--order 5: s4d-lin has pairs of conjugate states: give an even order");
  refuses(kernel("s4d", {}), 2,
          "unknown matrix 's4d': expected legs, legt, fourier, fout, s4d-lin, s4d-inv or s4d-legs");
  refuses(kernel("s4d-lin", {"--window", "2"}), 2,
          "--window belongs to legt, fourier and fout, not to s4d-lin");
  refuses(kernel("legs", {"--method", "generalized"}), 2,
          "method generalized needs an alpha from 0 (forward) to 1 (backward)");
  const Folder folder;
  refuses(kernel("legs", {"--csv", folder / "x", "--svg", folder / "x"}), 2,
          "--csv and --svg are both '" + (folder / "x") + "': give each a name of its own");
  for (const Args& command :
       {Args{"ssm", "--help"}, Args{"ssm", "hippo", "--help"}, Args{"ssm", "kernel", "--help"}}) {
    CHECK_THAT(good(command).out, Contains("Example:\n  "));
  }
}

}  // namespace dlt::test
