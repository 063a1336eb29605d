#include "command_line.h"
#include "commands/eval.h"
#include "commands/export_onnx.h"
#include "commands/export_weights.h"
#include "commands/generate.h"
#include "commands/import.h"
#include "commands/predict.h"
#include "commands/tokenizer.h"
#include "commands/train.h"
#include "verbs.h"

namespace dlt::app {
namespace {

struct TokenizerCommands {
  TokenizerTrainOptions train;
  TokenizerEncodeOptions encode;
  TokenizerDecodeOptions decode;
};

}  // namespace

void checkpoint_option(CLI::App* sub, std::string& value) {
  sub->add_option("--checkpoint", value, "best, last or a step")->capture_default_str();
}

void search_options(CLI::App* sub, std::optional<std::int64_t>& beam,
                    std::optional<double>& length_penalty) {
  sub->add_option("--beam", beam,
                  "of translations that are followed; 1: greedy (default: as the config says)")
      ->check(integer(1, 1000));
  sub->add_option("--length-penalty", length_penalty,
                  "of translations: log probability / tokens^A (default: as the config says)")
      ->check(number(0, 100));
}

void set_option(CLI::App* sub, std::vector<std::string>& sets) {
  sub->add_option("--set", sets, "a.b=value: replace a value of the config")
      ->take_all()
      ->allow_extra_args(false);
}

void add_train(CLI::App& cli, int& code) {
  static TrainOptions o;  // filled while the command line is read
  auto* t = verb(cli, "train", "Train the model a config names",
                 "dlt train configs/bible.json --out runs/bible --set train.steps=500", code,
                 [] { return train(o); });
  t->add_option("config", o.config, "experiment config (JSON), or a run folder with --resume")
      ->required();
  t->add_option("--out", o.out, "run folder for the results (default: runs/<config>)");
  set_option(t, o.sets);
  t->add_option("--sweep", o.sweeps,
                "a.b=v1,v2: train every combination; a table, sweep.csv and sweep.svg")
      ->take_all()
      ->allow_extra_args(false);
  t->add_option_function<std::vector<std::string>>(
       "--embedding",
       [](const std::vector<std::string>& all) {
         for (const std::string& rows : all) {
           const bool mode = rows == "random" || rows == "frozen" || rows == "tuned";
           o.sets.push_back((mode ? "model.embedding.mode=" : "model.embedding.vectors=") + rows);
         }
       },
       "of a text classifier: a file of word vectors; random, frozen or tuned rows")
      ->take_all()
      ->allow_extra_args(false);
  t->add_flag("--resume", o.resume, "go on from the run's last checkpoint");
  t->add_flag("--overwrite", o.overwrite, "replace the run in the folder");
  t->add_flag("--dry-run", o.dry_run, "print size, memory and time, train nothing");
  t->add_flag("--quiet", o.quiet, "no progress on stderr");
}

void add_use(CLI::App& cli, int& code) {
  static EvalOptions e;  // filled while the command line is read
  static GenerateOptions g;
  auto* t = verb(cli, "eval", "Measure a run on held-out data",
                 "dlt eval runs/bible --json\n"
                 "  dlt eval runs/zh-en --data test.zh --reference test.en --beam 4",
                 code, [] { eval(e); });
  t->add_option("run", e.run, "run folder")->required();
  checkpoint_option(t, e.checkpoint);
  t->add_option("--data", e.data, "a file instead of what the run held out");
  t->add_option("--reference", e.reference,
                "the translations of --data, line by line (default: --data has both, with tabs)");
  search_options(t, e.beam, e.length_penalty);
  t->add_option("--tokenize", e.tokenize,
                "of BLEU: 13a, zh, char, none (default: as the config says)");
  t->add_option("--samples", e.samples, "translations to show")
      ->capture_default_str()
      ->check(integer(0));
  t->add_flag("--json", e.json, "one JSON object");

  t = verb(cli, "generate", "Continue a text with a language model",
           "dlt generate runs/bible --prompt \"In the beginning\" --tokens 200 --temperature 0.8",
           code, [] { generate(g); });
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

void add_predict(CLI::App& cli, int& code) {
  static PredictOptions o;  // filled while the command line is read
  auto* t = verb(cli, "predict", "Tell the classes of texts",
                 "dlt predict runs/topics \"a protocol for routers\" --top 3\n"
                 "  dlt predict runs/topics --json < lines.txt",
                 code, [] { predict(o); });
  t->add_option("run", o.run, "run folder")->required();
  t->add_option("texts", o.texts, "texts; without any, lines of standard input");
  checkpoint_option(t, o.checkpoint);
  t->add_option("--top", o.top, "how many classes to show")
      ->capture_default_str()
      ->check(integer(1));
  t->add_flag("--json", o.json, "a JSON object a text");
}

void add_exchange(CLI::App& cli, int& code) {
  static ExportOptions x;  // filled while the command line is read
  static ImportOptions m;
  auto* group = cli.add_subcommand("export", "Write a trained model for other programs");
  group->footer("Example:\n  dlt export weights runs/bible --format hf --out bible-hf");
  group->require_subcommand(1);
  auto* t = verb(*group, "weights", "The weights as a file or folder",
                 "dlt export weights runs/bible --format hf --out bible-hf --check", code,
                 [] { export_weights(x); });
  t->add_option("run", x.run, "run folder")->required();
  t->add_option("--format", x.format,
                "hf, safetensors, npz; arpa, ngram; word2vec, word2vec-bin, vec, glove")
      ->required();
  t->add_option("--out", x.out, "file or folder to write")->required();
  checkpoint_option(t, x.checkpoint);
  t->add_flag("--check", x.check, "read it back and compare");

  static ExportOnnxOptions o;
  t = verb(*group, "onnx", "A network of pictures as a graph that ONNX Runtime runs",
           "dlt export onnx runs/fashion --out fashion.onnx --check", code, [] { export_onnx(o); });
  t->add_option("run", o.run, "run folder")->required();
  t->add_option("--out", o.out, "file to write")->required();
  checkpoint_option(t, o.checkpoint);
  t->add_flag("--check", o.check, "read it back and compare");

  t = verb(cli, "import",
           "Turn a Hugging Face folder (GPT-2, Llama, Mamba, Marian) or torchvision's weights of a "
           "classifier into a run",
           "dlt import gpt2-folder --out runs/gpt2", code, [] { import_model(m); });
  t->add_option("source", m.source,
                "folder with config.json and safetensors, or a safetensors file")
      ->required();
  t->add_option("--out", m.out, "run folder to make")->required();
  t->add_flag("--overwrite", m.overwrite, "replace the run in the folder");
}

void add_tokenizer(CLI::App& cli, int& code) {
  static TokenizerCommands o;  // filled while the command line is read
  auto* group = cli.add_subcommand("tokenizer", "Train a tokenizer, encode and decode text");
  group->footer("Example:\n  dlt tokenizer train book.txt --vocab 8192 --out tokenizer.json");
  group->require_subcommand(1);
  auto* t = verb(*group, "train", "Make a tokenizer.json from text",
                 "dlt tokenizer train book.txt --vocab 8192 --out tokenizer.json", code,
                 [] { tokenizer_train(o.train); });
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
           [] { tokenizer_encode(o.encode); });
  t->add_option("tokenizer", o.encode.tokenizer, "a tokenizer.json")->required();
  t->add_option("--text", o.encode.text, "what to encode (default: the file, else stdin)");
  t->add_option("file", o.encode.file, "a text file");
  t->add_flag("--json", o.encode.json, "one JSON list");

  t = verb(*group, "decode", "Token ids to text", "dlt tokenizer decode tokenizer.json 262 258",
           code, [] { tokenizer_decode(o.decode); });
  t->add_option("tokenizer", o.decode.tokenizer, "a tokenizer.json")->required();
  t->add_option("ids", o.decode.ids, "ids (default: lines of ids from stdin)");
}

}  // namespace dlt::app
