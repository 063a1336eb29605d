#include "commands/bleu.h"

#include <algorithm>
#include <cstdio>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "ngram/corpus.h"
#include "text/utf8.h"

namespace dlt::app {
namespace {

using Lines = std::vector<std::string>;
using Json = nlohmann::ordered_json;

std::string shown(const std::string& file) { return file == "-" ? "standard input" : file; }

Lines read_lines(const std::string& file) {
  ngram::TextReader reader(file);
  Lines lines;
  for (ngram::Block block; reader.next(block);) {
    each_line(block, [&](std::string_view line, std::int64_t number) {
      const std::size_t wrong = text::utf8_error(line);
      require(wrong == line.size(), Exit::data,
              "{}:{}:{}: byte 0x{:02X} is not UTF-8; convert the file first, for example with "
              "iconv -f ISO-8859-1 -t UTF-8",
              shown(file), number, text::place_of(line, wrong).column,
              static_cast<unsigned char>(line[wrong]));
      lines.emplace_back(line);
    });
  }
  require(!lines.empty(), Exit::data, "{} has no line: there is nothing to score", shown(file));
  return lines;
}

void check_options(const BleuCommandOptions& o) {
  std::int64_t piped = std::ranges::count(o.references, "-") + (o.hypotheses == "-");
  require(piped < 2, Exit::usage,
          "standard input can be read once: give files for all but one of hypotheses and "
          "references");
  const bool takes_value = o.bleu.smoothing == eval::BleuSmoothing::floor ||
                           o.bleu.smoothing == eval::BleuSmoothing::add_k;
  require(o.bleu.smooth_value < 0 || takes_value, Exit::usage,
          "--smooth {} takes no --smooth-value: only floor and add-k do", o.smoothing);
}

std::vector<Lines> read_references(const BleuCommandOptions& o, const Lines& hypotheses) {
  std::vector<Lines> references;
  for (const std::string& file : o.references) {
    references.push_back(read_lines(file));
    require(references.back().size() == hypotheses.size(), Exit::data,
            "{} has {} lines, but {} has {}: line by line, one is to be the translation in the "
            "other",
            shown(o.hypotheses), hypotheses.size(), shown(file), references.back().size());
  }
  return references;
}

Json json_of(const eval::Bleu& b, const std::string& signature) {
  return {{"score", b.score},
          {"precisions", b.precisions},
          {"matches", b.matches},
          {"totals", b.totals},
          {"brevity_penalty", b.brevity_penalty},
          {"hypothesis_tokens", b.hypothesis_tokens},
          {"reference_tokens", b.reference_tokens},
          {"signature", signature}};
}

void print_corpus(const BleuCommandOptions& o, const Lines& hypotheses,
                  const std::vector<Lines>& references) {
  const std::string name = chrf_name(o.chrf);
  const std::string bleu_signature = eval::bleu_signature(references.size(), o.bleu);
  const std::string chrf_signature = eval::chrf_signature(references.size(), o.chrf);
  const double chrf = eval::chrf(hypotheses, references, o.chrf);
  eval::Bleu bleu;
  if (!o.only_chrf) bleu = eval::bleu(hypotheses, references, o.bleu);
  if (o.json) {
    Json all = {{"lines", hypotheses.size()}};
    if (!o.only_chrf) all["bleu"] = json_of(bleu, bleu_signature);
    all["chrf"] = {{"name", name}, {"score", chrf}, {"signature", chrf_signature}};
    fmt::print("{}\n", all.dump(2));
    return;
  }
  if (!o.only_chrf) fmt::print("{}\n", bleu.line());
  fmt::print("{} = {:.2f}\n", name, chrf);
  if (!o.only_chrf) fmt::print("BLEU signature: {}\n", bleu_signature);
  fmt::print("{} signature: {}\n", name, chrf_signature);
}

void print_sentences(const BleuCommandOptions& o, const Lines& hypotheses,
                     const std::vector<Lines>& references) {
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const Lines one{hypotheses[i]};
    std::vector<Lines> known;
    for (const Lines& reference : references) known.push_back({reference[i]});
    const auto bleu = [&] { return eval::bleu(one, known, o.bleu).score; };
    if (o.json) {
      Json all = {{"line", i + 1}};
      if (!o.only_chrf) all["bleu"] = bleu();
      all["chrf"] = eval::chrf(one, known, o.chrf);
      fmt::print("{}\n", all.dump());
    } else {
      fmt::print("{:.2f}\n", o.only_chrf ? eval::chrf(one, known, o.chrf) : bleu());
    }
  }
}

}  // namespace

void bleu(const BleuCommandOptions& given) {
  BleuCommandOptions o = given;
  o.bleu.smoothing = eval::bleu_smoothings().find(o.smoothing).make;
  eval::mt_tokenizers().find(o.bleu.tokenize);  // before anything is read
  o.bleu.effective_order |= o.sentence;
  o.bleu.lowercase = o.chrf.lowercase;
  check_options(o);
  const Lines hypotheses = read_lines(o.hypotheses);
  const auto references = read_references(o, hypotheses);
  if (o.sentence) return print_sentences(o, hypotheses, references);
  print_corpus(o, hypotheses, references);
}

}  // namespace dlt::app
