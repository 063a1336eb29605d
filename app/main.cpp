#include <CLI/CLI.hpp>  // slow to compile: only here and in command_line.cpp
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/error.h"
#include "base/parallel.h"
#include "base/system.h"
#include "command_line.h"
#include "commands/api.h"
#include "commands/bench.h"
#include "commands/check.h"
#include "commands/doctor.h"
#include "commands/eval.h"
#include "commands/export_weights.h"
#include "commands/generate.h"
#include "commands/gradcheck.h"
#include "commands/import.h"
#include "commands/inspect.h"
#include "commands/sa.h"
#include "commands/tokenizer.h"
#include "commands/train.h"

namespace dlt::app {
namespace {

// Adds one subcommand to `cli`; what it returns is the program's exit code.
template <class F>
CLI::App* verb(CLI::App& cli, const std::string& name, const std::string& summary,
               const std::string& example, int& code, F run) {
  auto* sub = cli.add_subcommand(name, summary);
  sub->footer("Example:\n  " + example);
  sub->callback([&code, run] {
    if constexpr (std::is_same_v<decltype(run()), int>) {
      code = run();
    } else {
      run();
    }
  });
  return sub;
}

void checkpoint_option(CLI::App* sub, std::string& value) {
  sub->add_option("--checkpoint", value, "best, last or a step")->capture_default_str();
}

void set_option(CLI::App* sub, std::vector<std::string>& sets) {
  sub->add_option("--set", sets, "a.b=value: replace a value of the config")
      ->take_all()
      ->allow_extra_args(false);
}

void add_train(CLI::App& cli, TrainOptions& o, int& code) {
  auto* t = verb(cli, "train", "Train the model a config names",
                 "dlt train configs/bible.json --out runs/bible --set train.steps=500", code,
                 [&o] { return train(o); });
  t->add_option("config", o.config, "experiment config (JSON), or a run folder with --resume")
      ->required();
  t->add_option("--out", o.out, "run folder for the results (default: runs/<config>)");
  set_option(t, o.sets);
  t->add_option("--sweep", o.sweeps,
                "a.b=v1,v2: train every combination; a table, sweep.csv and sweep.svg")
      ->take_all()
      ->allow_extra_args(false);
  t->add_flag("--resume", o.resume, "go on from the run's last checkpoint");
  t->add_flag("--overwrite", o.overwrite, "replace the run in the folder");
  t->add_flag("--dry-run", o.dry_run, "print size, memory and time, train nothing");
  t->add_flag("--quiet", o.quiet, "no progress on stderr");
}

void add_use(CLI::App& cli, EvalOptions& e, GenerateOptions& g, int& code) {
  auto* t = verb(cli, "eval", "Measure a run on held-out data", "dlt eval runs/bible --json", code,
                 [&e] { eval(e); });
  t->add_option("run", e.run, "run folder")->required();
  checkpoint_option(t, e.checkpoint);
  t->add_option("--data", e.data, "a text file instead of what the run held out");
  t->add_flag("--json", e.json, "one JSON object");

  t = verb(cli, "generate", "Continue a text with a language model",
           "dlt generate runs/bible --prompt \"In the beginning\" --tokens 200 --temperature 0.8",
           code, [&g] { generate(g); });
  t->add_option("run", g.run, "run folder")->required();
  t->add_option("--prompt", g.prompt, "the text to continue")->required();
  checkpoint_option(t, g.checkpoint);
  t->add_option("--tokens", g.sample.tokens, "how many")->capture_default_str()->check(integer(1));
  t->add_option("--temperature", g.sample.temperature, "0: always the likeliest token")
      ->capture_default_str()
      ->check(number(0, 100));
  t->add_option("--top-k", g.sample.top_k, "draw from the K likeliest; 0: from all")
      ->capture_default_str()
      ->check(integer(0));
  t->add_option("--top-p", g.sample.top_p, "draw from the likeliest that make up P")
      ->capture_default_str()
      ->check(number(0, 1));
  t->add_option("--seed", g.sample.seed, "of the draws")->capture_default_str()->check(integer(0));
}

void add_exchange(CLI::App& cli, ExportOptions& x, ImportOptions& m, int& code) {
  auto* group = cli.add_subcommand("export", "Write a trained model for other programs");
  group->footer("Example:\n  dlt export weights runs/bible --format hf --out bible-hf");
  group->require_subcommand(1);
  auto* t = verb(*group, "weights", "The weights as a file or folder",
                 "dlt export weights runs/bible --format hf --out bible-hf --check", code,
                 [&x] { export_weights(x); });
  t->add_option("run", x.run, "run folder")->required();
  t->add_option("--format", x.format, "hf, safetensors or npz")->required();
  t->add_option("--out", x.out, "file or folder to write")->required();
  checkpoint_option(t, x.checkpoint);
  t->add_flag("--check", x.check, "read it back and compare");

  t = verb(cli, "import", "Turn a Hugging Face folder (GPT-2, Llama) into a run",
           "dlt import gpt2-folder --out runs/gpt2", code, [&m] { import_model(m); });
  t->add_option("source", m.source, "folder with config.json and safetensors")->required();
  t->add_option("--out", m.out, "run folder to make")->required();
  t->add_flag("--overwrite", m.overwrite, "replace the run in the folder");
}

struct TokenizerCommands {
  TokenizerTrainOptions train;
  TokenizerEncodeOptions encode;
  TokenizerDecodeOptions decode;
};

void add_tokenizer(CLI::App& cli, TokenizerCommands& o, int& code) {
  auto* group = cli.add_subcommand("tokenizer", "Train a tokenizer, encode and decode text");
  group->footer("Example:\n  dlt tokenizer train book.txt --vocab 8192 --out tokenizer.json");
  group->require_subcommand(1);
  auto* t = verb(*group, "train", "Make a tokenizer.json from text",
                 "dlt tokenizer train book.txt --vocab 8192 --out tokenizer.json", code,
                 [&o] { tokenizer_train(o.train); });
  t->add_option("files", o.train.files, "UTF-8 text files")->required();
  t->add_option("--kind", o.train.kind, "bpe, chars or bytes")->capture_default_str();
  t->add_option("--vocab", o.train.vocab_size, "tokens of a BPE")
      ->capture_default_str()
      ->check(integer(1));
  t->add_option("--min-frequency", o.train.min_frequency, "of a pair to be merged")
      ->capture_default_str()
      ->check(integer(0));
  t->add_option("--special", o.train.special_tokens, "special tokens")->capture_default_str();
  t->add_option("--out", o.train.out, "the file to write")->required();

  t = verb(*group, "encode", "Text to token ids",
           "dlt tokenizer encode tokenizer.json --text \"In the beginning\"", code,
           [&o] { tokenizer_encode(o.encode); });
  t->add_option("tokenizer", o.encode.tokenizer, "a tokenizer.json")->required();
  t->add_option("--text", o.encode.text, "what to encode (default: the file, else stdin)");
  t->add_option("file", o.encode.file, "a text file");
  t->add_flag("--json", o.encode.json, "one JSON list");

  t = verb(*group, "decode", "Token ids to text", "dlt tokenizer decode tokenizer.json 262 258",
           code, [&o] { tokenizer_decode(o.decode); });
  t->add_option("tokenizer", o.decode.tokenizer, "a tokenizer.json")->required();
  t->add_option("ids", o.decode.ids, "ids (default: lines of ids from stdin)");
}

void add_look(CLI::App& cli, InspectOptions& i, BenchOptions& b, CheckOptions& c, bool& json,
              int& code) {
  auto* t = verb(cli, "inspect", "Shapes, parameters and multiply-adds of every layer",
                 "dlt inspect configs/bible.json", code, [&i] { inspect(i); });
  t->add_option("target", i.target, "config file or run folder")->required();
  t->add_flag("--json", i.json, "one JSON object");

  t = verb(cli, "bench", "Speed of a config beside what this machine can do",
           "dlt bench configs/bench/gpt-256.json --threads 2 --json", code, [&b] { bench(b); });
  t->add_option("config", b.config, "experiment config")->required();
  set_option(t, b.sets);
  t->add_option("--steps", b.steps, "training steps to time; 0: none")
      ->capture_default_str()
      ->check(integer(0));
  t->add_option("--tokens", b.tokens, "tokens to generate; 0: none")
      ->capture_default_str()
      ->check(integer(0));
  t->add_flag("--json", b.json, "one JSON object");

  t = verb(cli, "check", "Replay reference cases made by other programs",
           "dlt check tests/golden/gpt2", code, [&c] { return check(c); });
  t->add_option("folder", c.dir, "folder of a case, or of several")->required();
  t->add_flag("--json", c.json, "one JSON object");

  t = verb(cli, "doctor", "What this machine offers and what slows it down", "dlt doctor", code,
           [&json] { doctor(json); });
  t->add_flag("--json", json, "one JSON object");
}

struct ApiCommands {
  ApiListOptions list;
  ApiShowOptions show;
  ApiRunOptions run;
  ApiGraphOptions graph;
  GradcheckOptions gradcheck;
};

void add_api(CLI::App& cli, ApiCommands& o, int& code) {
  auto* group = cli.add_subcommand("api", "Operators, layers, models and all else by public name");
  group->footer("Example:\n  dlt api show nn.conv2d");
  group->require_subcommand(1);
  auto* t = verb(*group, "list", "Every public name", "dlt api list --json", code,
                 [&o] { api_list(o.list); });
  t->add_option("--api-version", o.list.version, "names of version 1 or 2")
      ->capture_default_str()
      ->check(integer(1, 2));
  t->add_flag("--json", o.list.json, "one JSON list");

  t = verb(*group, "show", "Names, attributes and defaults of one thing", "dlt api show nn.conv2d",
           code, [&o] { api_show(o.show); });
  t->add_option("name", o.show.name, "a public name, an alias or an old name")->required();
  t->add_flag("--json", o.show.json, "one JSON object");

  t = verb(*group, "run", "Call an operator on tensors of a file",
           "dlt api run nn.softmax --attrs '{\"dim\": 1}' --input in.safetensors --output "
           "out.safetensors",
           code, [&o] { api_run(o.run); });
  t->add_option("name", o.run.name, "an operator")->required();
  t->add_option("--attrs", o.run.attributes, "its attributes, a JSON object")
      ->capture_default_str();
  t->add_option("--input", o.run.input, "safetensors file with its inputs")->required();
  t->add_option("--output", o.run.output, "safetensors file for its outputs")->required();

  t = verb(*group, "graph", "The graph that one training step records, for Graphviz",
           "dlt api graph configs/smoke/gpt2-bytes.json --out graph.dot", code,
           [&o] { api_graph(o.graph); });
  t->add_option("config", o.graph.config, "experiment config")->required();
  t->add_option("--out", o.graph.out, "a DOT file (default: standard output)");

  t = verb(cli, "gradcheck", "Gradients against finite differences", "dlt gradcheck nn.conv2d",
           code, [&o] { return gradcheck(o.gradcheck); });
  t->add_option("target", o.gradcheck.target, "an operator or a config (default: all operators)");
  t->add_flag("--json", o.gradcheck.json, "one JSON object");
}

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

void add_sa(CLI::App& cli, SaCommands& o, int& code) {
  auto* group = cli.add_subcommand("sa", "Stochastic approximation: means and roots from noise");
  group->footer("Example:\n  dlt sa root --expr \"tanh(w-1)\" --w0 3 --step 1/k --noise 0.5");
  group->require_subcommand(1);
  auto* t = verb(*group, "mean", "The mean of a stream of numbers, w -= a_k (w - x_k)",
                 "seq 1 1000 | dlt sa mean --step 1/k --svg mean.svg", code,
                 [&o] { return sa_mean(o.mean); });
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
           code, [&o] { return sa_root(o.root); });
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

int run(int argc, char** argv) {
  CLI::App cli{"Train, evaluate, run and export models described by JSON configs", "dlt"};
  cli.set_version_flag("--version", "dlt " DLT_VERSION);
  cli.footer("Example:\n  dlt train configs/smoke/gpt2-bytes.json --out runs/first");
  cli.require_subcommand(1);
  cli.fallthrough();
  int workers = processor_count(), code = 0;
  cli.add_option("--threads", workers, "threads to use (results do not depend on it)")
      ->check(integer(1, 1024))
      ->capture_default_str();
  cli.parse_complete_callback([&workers] { set_threads(workers); });

  TrainOptions train_options;
  EvalOptions eval_options;
  GenerateOptions generate_options;
  ExportOptions export_options;
  ImportOptions import_options;
  TokenizerCommands tokenizer_options;
  InspectOptions inspect_options;
  BenchOptions bench_options;
  CheckOptions check_options;
  ApiCommands api_options;
  SaCommands sa_options;
  bool doctor_json = false;
  add_train(cli, train_options, code);
  add_use(cli, eval_options, generate_options, code);
  add_exchange(cli, export_options, import_options, code);
  add_tokenizer(cli, tokenizer_options, code);
  add_look(cli, inspect_options, bench_options, check_options, doctor_json, code);
  add_api(cli, api_options, code);
  add_sa(cli, sa_options, code);

  try {
    cli.parse(argc, argv);
    return code;
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return cli.exit(e);  // --help, --version
    fail(Exit::usage, "{}", mistake(cli, e));
  }
}

}  // namespace
}  // namespace dlt::app

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file grown too large is an error with a sentence
  try {
    const int code = dlt::app::run(argc, argv);
    const bool written = std::fflush(stdout) == 0;
    dlt::require(written, "cannot write to standard output: {}", std::strerror(errno));
    return code;
  } catch (const dlt::Error& e) {
    std::fprintf(stderr, "dlt: %s\n", e.what());
    return static_cast<int>(e.exit());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "dlt: out of memory: use a smaller model, batch or text\n");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "dlt: %s\n", e.what());
  }
  return static_cast<int>(dlt::Exit::failed);
}
