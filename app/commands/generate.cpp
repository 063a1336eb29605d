#include "commands/generate.h"

#include <cstdio>

#include "base/error.h"
#include "commands/open_run.h"
#include "text/utf8.h"

namespace dlt::app {

void generate(const GenerateOptions& options) {
  const OpenRun run = open_run(options.run, options.checkpoint);
  const models::LanguageModel* model = run.model->language();
  require(model != nullptr, Exit::usage,
          "'{}' holds a model that does not continue texts, so it cannot generate", options.run);
  require(!options.prompt.empty(), Exit::usage,
          "the prompt is empty: give at least one character with --prompt");
  const auto prompt = model->tokenizer().encode(options.prompt);
  require(!prompt.empty(), Exit::usage, "the prompt holds no token");

  std::string pending = model->tokenizer().decode(prompt);
  const auto show = [&](std::size_t bytes) {
    std::fwrite(pending.data(), 1, bytes, stdout);
    require(std::fflush(stdout) == 0, "cannot write the text to standard output");
    pending.erase(0, bytes);
  };
  model->generate(prompt, options.sample, [&](std::int32_t id) {
    pending += model->tokenizer().decode(id);
    show(text::utf8_prefix(pending).size());
    return true;
  });
  show(pending.size());
  std::fputc('\n', stdout);
}

}  // namespace dlt::app
