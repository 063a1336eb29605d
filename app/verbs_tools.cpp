#include "command_line.h"
#include "commands/api.h"
#include "commands/bench.h"
#include "commands/check.h"
#include "commands/doctor.h"
#include "commands/gradcheck.h"
#include "commands/gradflow.h"
#include "commands/growth.h"
#include "commands/inspect.h"
#include "commands/report.h"
#include "commands/sa.h"
#include "verbs.h"

namespace dlt::app {
namespace {

struct ApiCommands {
  ApiListOptions list;
  ApiShowOptions show;
  ApiRunOptions run;
  ApiGraphOptions graph;
  GradcheckOptions gradcheck;
};

template <class Options>
void sa_output(CLI::App* sub, Options& o) {
  sub->add_option("--step", o.step, "a_k: 1/k, a/k, a/(k+b), a/(k+b)^c, a/k^c or a number")
      ->capture_default_str();
  sub->add_option("--out", o.out, "the trajectory as CSV");
  sub->add_option("--svg", o.svg, "the trajectory as a picture");
  sub->add_flag("--json", o.json, "one JSON object");
}

struct SaCommands {
  SaMeanOptions mean;
  SaRootOptions root;
};

}  // namespace

void add_look(CLI::App& cli, int& code) {
  static InspectOptions i;  // filled while the command line is read
  static BenchOptions b;
  static CheckOptions c;
  static GradflowOptions g;
  static ReportOptions r;
  static GrowthOptions w;
  static bool json;
  auto* t = verb(cli, "inspect", "Shapes, parameters and multiply-adds of every layer",
                 "dlt inspect configs/bible.json", code, [] { inspect(i); });
  t->add_option("target", i.target, "config file or run folder")->required();
  t->add_flag("--json", i.json, "one JSON object");

  t = verb(cli, "bench", "Speed of a config beside what this machine can do",
           "dlt bench configs/bench/gpt-256.json --threads 2 --json", code, [] { bench(b); });
  t->add_option("config", b.config, "experiment config")->required();
  set_option(t, b.sets);
  t->add_option("--steps", b.steps, "training steps to time; 0: none")
      ->capture_default_str()
      ->check(integer(0));
  t->add_option("--tokens", b.tokens, "tokens to generate; 0: none")
      ->capture_default_str()
      ->check(integer(0));
  t->add_flag("--json", b.json, "one JSON object");

  t = verb(cli, "growth",
           "Time and memory of training steps, or generated tokens, by the length of sequences",
           "dlt growth configs/bench/growth-mamba.json --lengths 2048,4096 -o growth.svg", code,
           [] { growth(w); });
  t->add_option("configs", w.configs, "experiment configs with a model.context")->required();
  set_option(t, w.sets);
  t->add_option("--lengths", w.lengths, "what model.context is to be")
      ->delimiter(',')
      ->required()
      ->allow_extra_args(false)
      ->check(integer(1));
  t->add_flag("--generate", w.generate, "time tokens that continue a text, not training steps");
  t->add_option("--seconds", w.seconds, "that training steps are timed for, two steps at least")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  t->add_option("-o,--out", w.out, "the times as a picture (SVG)");
  t->add_flag("--json", w.json, "one JSON object");

  t = verb(cli, "gradflow",
           "How far back the losses of language models reach, before and after training",
           "dlt gradflow runs/lstm runs/rnn -o gradflow.svg", code, [] { gradflow(g); });
  t->add_option("runs", g.runs, "run folders")->required();
  t->add_option("-o,--out", g.out, "the gradients' norms by distance as a picture (SVG)");
  t->add_option("--checkpoint", g.checkpoint, "best, last or a step")->capture_default_str();
  t->add_option("--data", g.data, "a text file instead of what each run held out");
  t->add_option("--windows", g.windows, "how many losses to follow back")
      ->capture_default_str()
      ->check(integer(1));
  t->add_flag("--json", g.json, "one JSON object");

  t = verb(cli, "report", "Draw how runs went: a page of curves and tables, or one chart",
           "dlt report runs/lstm runs/rnn -o runs.html", code, [] { report(r); });
  t->add_option("runs", r.runs, "run folders")->required();
  t->add_option("-o,--out", r.out, "FILE.html: a page; FILE.svg: one chart")->required();
  t->add_option("--metric", r.metrics,
                "what to draw, such as loss or accuracy; by default all on a page, the loss as a "
                "chart")
      ->allow_extra_args(false);
  t->add_option("--title", r.title, "the page's or the chart's");

  t = verb(cli, "check", "Replay reference cases made by other programs",
           "dlt check tests/golden/gpt2", code, [] { return check(c); });
  t->add_option("folder", c.dir, "folder of a case, or of several")->required();
  t->add_flag("--json", c.json, "one JSON object");

  t = verb(cli, "doctor", "What this machine offers and what slows it down", "dlt doctor", code,
           [] { doctor(json); });
  t->add_flag("--json", json, "one JSON object");
}

void add_api(CLI::App& cli, int& code) {
  static ApiCommands o;  // filled while the command line is read
  auto* group = cli.add_subcommand("api", "Operators, layers, models and all else by public name");
  group->footer("Example:\n  dlt api show nn.conv2d");
  group->require_subcommand(1);
  auto* t = verb(*group, "list", "Every public name", "dlt api list --json", code,
                 [] { api_list(o.list); });
  t->add_option("--api-version", o.list.version, "names of version 1 or 2")
      ->capture_default_str()
      ->check(integer(1, 2));
  t->add_flag("--json", o.list.json, "one JSON list");

  t = verb(*group, "show", "Names, attributes and defaults of one thing", "dlt api show nn.conv2d",
           code, [] { api_show(o.show); });
  t->add_option("name", o.show.name, "a public name, an alias or an old name")->required();
  t->add_flag("--json", o.show.json, "one JSON object");

  t = verb(*group, "run", "Call an operator on tensors of a file",
           "dlt api run nn.softmax --attrs '{\"dim\": 1}' --input in.safetensors --output "
           "out.safetensors",
           code, [] { api_run(o.run); });
  t->add_option("name", o.run.name, "an operator")->required();
  t->add_option("--attrs", o.run.attributes, "its attributes, a JSON object")
      ->capture_default_str();
  t->add_option("--input", o.run.input, "safetensors file with its inputs")->required();
  t->add_option("--output", o.run.output, "safetensors file for its outputs")->required();

  t = verb(*group, "graph", "The graph that one training step records, for Graphviz",
           "dlt api graph configs/smoke/gpt2-bytes.json --out graph.dot", code,
           [] { api_graph(o.graph); });
  t->add_option("config", o.graph.config, "experiment config")->required();
  t->add_option("--out", o.graph.out, "a DOT file (default: standard output)");

  t = verb(cli, "gradcheck", "Gradients against finite differences", "dlt gradcheck nn.conv2d",
           code, [] { return gradcheck(o.gradcheck); });
  t->add_option("target", o.gradcheck.target, "an operator or a config (default: all operators)");
  t->add_flag("--json", o.gradcheck.json, "one JSON object");
}

void add_sa(CLI::App& cli, int& code) {
  static SaCommands o;  // filled while the command line is read
  auto* group = cli.add_subcommand("sa", "Stochastic approximation: means and roots from noise");
  group->footer("Example:\n  dlt sa root --expr \"tanh(w-1)\" --w0 3 --step 1/k --noise 0.5");
  group->require_subcommand(1);
  auto* t = verb(*group, "mean", "The mean of a stream of numbers, w -= a_k (w - x_k)",
                 "seq 1 1000 | dlt sa mean --step 1/k --svg mean.svg", code,
                 [] { return sa_mean(o.mean); });
  t->add_option("file", o.mean.file, "numbers; - is standard input")->capture_default_str();
  t->add_option("--column", o.mean.column, "of each line, from 1; 0: every number")
      ->capture_default_str()
      ->check(integer(0));
  t->add_option("--start", o.mean.start, "w before the first number")
      ->capture_default_str()
      ->check(number(-1e100, 1e100));
  sa_output(t, o.mean);

  t = verb(*group, "root", "The root of a function seen through noise (Robbins-Monro)",
           "dlt sa root --expr \"tanh(w-1)\" --w0 3 --step 1/k --noise 0.5 --seed 1 --svg w.svg",
           code, [] { return sa_root(o.root); });
  t->add_option("--expr", o.root.expr, "g(w)")->required();
  t->add_option("--w0", o.root.w0, "where to start")
      ->capture_default_str()
      ->check(number(-1e100, 1e100));
  t->add_option("--noise", o.root.noise, "standard deviation of the noise on g")
      ->capture_default_str()
      ->check(number(0, 1e100));
  t->add_option("--seed", o.root.seed, "of the noise")->capture_default_str()->check(integer(0));
  t->add_option("--steps", o.root.steps, "how many")->capture_default_str()->check(integer(1));
  t->add_option("--root", o.root.root, "the true root (default: found by bisection)")
      ->check(number(-1e100, 1e100));
  t->add_option("--bound", o.root.bound, "|w| beyond it counts as diverged")
      ->capture_default_str()
      ->check(number(1e-100, 1e100));
  sa_output(t, o.root);
}

}  // namespace dlt::app
