#include "command_line.h"
#include "commands/ssm.h"
#include "verbs.h"

namespace dlt::app {
namespace {

constexpr int most_states = 1024;
constexpr std::int64_t longest = 1 << 22;

template <class Options>
void method_options(CLI::App* sub, Options& o) {
  sub->add_option("--method", o.method, "forward, backward, bilinear, generalized or zoh")
      ->capture_default_str();
  sub->add_option("--alpha", o.alpha, "of generalized: 0 is forward, 1 backward")
      ->check(number(0, 1));
}

}  // namespace

void add_ssm(CLI::App& cli, int& code) {
  static SsmHippoOptions h;  // filled while the command line is read
  static SsmKernelOptions k;
  auto* group = cli.add_subcommand("ssm", "State space models: memories and kernels as numbers");
  group->footer("Example:\n  dlt ssm kernel --matrix legs --order 64 --length 1024 --check");
  group->require_subcommand(1);
  auto* t = verb(*group, "hippo", "What memories of several orders keep of a signal (HiPPO)",
                 "dlt ssm hippo --measure legs --order 8,16,32 --signal data/fixtures/signal.csv "
                 "--column value --svg memory.svg",
                 code, [] { ssm_hippo(h); });
  t->add_option(
       "--measure", h.measure,
       "legs: all of the past; legt, fourier, fout: a window, by Legendre polynomials or waves")
      ->required();
  t->add_option("--order", h.orders, "numbers kept; several: 8,16,32")
      ->capture_default_str()
      ->delimiter(',')
      ->check(integer(1, most_states));
  t->add_option("--signal", h.signal, "CSV file")->required();
  t->add_option("--column", h.column, "name or number (from 1) of its column");
  t->add_option("--window", h.window, "of all but legs, in samples (default: all of them)")
      ->check(number(1, 1e12));
  method_options(t, h);
  t->add_option("--reconstruct", h.reconstruct, "the signal and what comes back as CSV");
  t->add_option("--svg", h.svg, "both as a picture");
  t->add_flag("--json", h.json, "one JSON object");

  t = verb(*group, "kernel", "The convolution kernel of a linear state space model",
           "dlt ssm kernel --matrix legs --order 64 --length 1024 --step 0.001 --method bilinear "
           "--check --svg kernel.svg",
           code, [] { ssm_kernel(k); });
  t->add_option("--matrix", k.matrix, "legs, legt, fourier, fout, s4d-lin, s4d-inv or s4d-legs")
      ->required();
  t->add_option("--order", k.order, "states")
      ->capture_default_str()
      ->check(integer(1, most_states));
  t->add_option("--length", k.length, "values of the kernel")
      ->capture_default_str()
      ->check(integer(1, longest));
  t->add_option("--step", k.step, "of time")->capture_default_str()->check(number(1e-12, 1e12));
  t->add_option("--window", k.window, "of legt, fourier and fout, in time (default: 1)")
      ->check(number(1e-12, 1e12));
  method_options(t, k);
  t->add_option("--seed", k.seed, "draws the output C (default: ones)")->check(integer(0));
  t->add_flag("--check", k.check,
              "prove that recurrence, convolution and generating function agree");
  t->add_option("--tolerance", k.tolerance, "of --check, against the largest value")
      ->capture_default_str()
      ->check(number(0, 1));
  t->add_option("--csv", k.csv, "the kernel as CSV");
  t->add_option("--svg", k.svg, "the kernel as a picture");
  t->add_flag("--json", k.json, "one JSON object");
}

}  // namespace dlt::app
