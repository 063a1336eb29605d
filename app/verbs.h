#pragma once

#include <CLI/CLI.hpp>  // slow to compile: only in the sources of this folder
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

// What can be typed after `dlt`. Every function adds subcommands to `cli`; running one leaves the
// program's exit status in `code`.
namespace dlt::app {

void add_train(CLI::App& cli, int& code);
void add_use(CLI::App& cli, int& code);  // eval, generate
void add_predict(CLI::App& cli, int& code);
void add_exchange(CLI::App& cli, int& code);  // export, import
void add_translate(CLI::App& cli, int& code);
void add_average(CLI::App& cli, int& code);
void add_tokenizer(CLI::App& cli, int& code);
void add_look(CLI::App& cli, int& code);  // inspect, bench, gradflow, check, doctor
void add_api(CLI::App& cli, int& code);   // api, gradcheck
void add_sa(CLI::App& cli, int& code);
void add_ssm(CLI::App& cli, int& code);  // hippo, kernel
void add_data(CLI::App& cli, int& code);
void add_ngram(CLI::App& cli, int& code);
// What `dlt ngram` can do.
void add_ngram_score(CLI::App& group, int& code);
void add_ngram_convert(CLI::App& group, int& code);
void add_ngram_next(CLI::App& group, int& code);     // suggest, generate
void add_ngram_reshape(CLI::App& group, int& code);  // prune, mix, audit
void add_ngram_words(CLI::App& group, int& code);    // spell, segment, distance
void add_ngram_classes(CLI::App& group, int& code);  // features, classify
void add_bleu(CLI::App& cli, int& code);
void add_embed(CLI::App& cli, int& code);
// What `dlt embed` can do.
void add_embed_use(CLI::App& group, int& code);    // nearest, analogy, similarity, classes, convert
void add_embed_map(CLI::App& group, int& code);    // map, onehot-check
void add_embed_words(CLI::App& group, int& code);  // phrases

// What f gives, or 0 if it gives nothing.
template <class F>
int status_of(const F& f) {
  if constexpr (std::is_same_v<decltype(f()), int>) {
    return f();
  } else {
    f();
    return 0;
  }
}

// One subcommand.
template <class F>
CLI::App* verb(CLI::App& cli, const std::string& name, const std::string& summary,
               const std::string& example, int& code, F run) {
  auto* sub = cli.add_subcommand(name, summary);
  sub->footer("Example:\n  " + example);
  sub->callback([&code, run] { code = status_of(run); });
  return sub;
}

// --checkpoint of commands that use a run.
void checkpoint_option(CLI::App* sub, std::string& value);
// --beam and --length-penalty of those that translate.
void search_options(CLI::App* sub, std::optional<std::int64_t>& beam,
                    std::optional<double>& length_penalty);
// --set of commands that read a config.
void set_option(CLI::App* sub, std::vector<std::string>& sets);

}  // namespace dlt::app
