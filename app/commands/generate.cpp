#include "commands/generate.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "commands/open_run.h"
#include "text/utf8.h"

namespace dlt::app {
namespace {

std::vector<std::int32_t> encode(const text::Tokenizer& tokenizer, const std::string& prompt) {
  require(!prompt.empty(), Exit::usage,
          "the prompt is empty: give at least one character with --prompt");
  try {
    auto ids = tokenizer.encode(prompt);
    require(!ids.empty(), Exit::usage, "it holds no token");
    return ids;
  } catch (const Error& e) {  // not a file's data but what the user typed
    fail(Exit::usage, "--prompt: {}", e.what());
  }
}

}  // namespace

void generate(const GenerateOptions& options) {
  const OpenRun run = open_run(options.run, options.checkpoint);
  const models::LanguageModel* model = run.model->language();
  require(model != nullptr, Exit::usage,
          "'{}' holds a model that does not continue texts, so it cannot generate", options.run);
  const auto prompt = encode(model->tokenizer(), options.prompt);

  std::string pending = model->tokenizer().decode(prompt);
  const auto show = [&](std::size_t bytes) {
    std::fwrite(pending.data(), 1, bytes, stdout);
    const bool written = std::fflush(stdout) == 0;
    require(written, "cannot write to standard output: {}", std::strerror(errno));
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
