#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/error.h"
#include "base/parallel.h"
#include "base/system.h"
#include "command_line.h"
#include "verbs.h"

namespace dlt::app {
namespace {

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

  for (const auto add :
       {add_train, add_use, add_predict, add_translate, add_average, add_exchange, add_tokenizer,
        add_data, add_look, add_api, add_sa, add_ssm, add_ngram, add_embed, add_bleu}) {
    add(cli, code);
  }

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
