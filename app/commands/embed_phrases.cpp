#include "commands/embed_phrases.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "commands/embed_train.h"
#include "train/progress.h"

namespace dlt::app {

void embed_phrases(const EmbedPhrasesOptions& o) {
  const bool to_stdout = o.out == "-";
  require(!(to_stdout && o.json), Exit::usage,
          "--json prints figures where the text would go: give --out a file");
  const auto texts = texts_of(o.texts, o.out);
  const auto work = workspace_of(o.memory, o.tmp);
  NewFile out(to_stdout ? "/dev/stdout" : o.out);
  train::Progress progress(o.quiet ? train::Progress::Quiet::yes : train::Progress::Quiet::no);
  const auto totals = join_phrases(
      texts, o.settings, work,
      [&](const std::string& name, double part) { progress.stage(name, part); },
      [&](std::string_view text) { out.write(text); });
  out.commit();
  if (o.json) {
    const nlohmann::ordered_json all = {
        {"words", totals.words}, {"joined", totals.joined}, {"phrases", totals.phrases}};
    fmt::print("{}\n", all.dump());
    return;
  }
  progress.say(fmt::format("{} words, {} pairs joined, {} different phrases", totals.words,
                           totals.joined, totals.phrases));
}

}  // namespace dlt::app
