#include "commands/ngram_score_format.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dlt::app {
namespace {

using ngram::Scored;
using ngram::ScoredLine;
using ngram::Totals;

template <class... Values>
void append(std::string& out, fmt::format_string<Values...> form, Values&&... values) {
  fmt::format_to(std::back_inserter(out), form, std::forward<Values>(values)...);
}

std::int64_t words_of(const Totals& t) { return t.tokens - t.ends; }

// ---- KenLM

void kenlm_total(std::string& out, const Totals& t) {
  append(out, "Total: {} OOV: {}\n", static_cast<float>(t.log10_p), t.unknown);
}

void kenlm_words(std::string& out, const ScoredLine& line) {
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const Scored& s = line.scored[i];
    if (s.length == 0) continue;  // <s>
    out += line.words[i];
    append(out, "={} {} {}\t", s.word, s.length, s.log10_p);
  }
}

void kenlm_summary(std::string& out, const Totals& t) {
  append(out,
         "Perplexity including OOVs:\t{}\nPerplexity excluding OOVs:\t{}\nOOVs:\t{}\nTokens:\t{}\n",
         t.perplexity(), t.perplexity_known(), t.unknown, t.tokens);
}

// ---- SRILM: words that are unknown or impossible are left out of its sums

void srilm_total(std::string& out, const Totals& t) {
  append(out, "{} sentences, {} words, {} OOVs\n", t.sentences, words_of(t), t.unknown);
  append(out, "{} zeroprobs, logprob= {:.6g} ppl= {:.6g} ppl1= {:.6g}\n", t.impossible,
         t.log10_p_known - t.log10_p_impossible, t.perplexity_possible(), t.perplexity_words());
}

void srilm_words(std::string& out, const ScoredLine& line) {
  std::string_view before = line.before.empty() ? ngram::begin_word : line.before;
  bool first = line.before.empty() || line.before == ngram::begin_word;
  if (first) append(out, "{}\n", line.text);
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const Scored& s = line.scored[i];
    const bool none = s.word == ngram::unknown || s.log10_p <= ngram::log_zero;
    append(out, "\tp( {} | {}{}) \t= ", line.words[i], before, first ? " " : " ...");
    if (s.word == ngram::unknown) {
      out += "[OOV] ";
    } else {
      append(out, "[{}gram] ", s.length);
    }
    if (none) {
      out += "0 [ -inf ]\n";
    } else {
      const auto p = static_cast<double>(s.log10_p);
      append(out, "{:.6g} [ {:.6g} ]\n", std::pow(10.0, p), p);
    }
    before = line.words[i];
    first = false;
  }
}

// ---- JSON

void append_number(std::string& out, double value) {
  if (std::isfinite(value)) {
    append(out, "{}", value);
  } else {
    out += "null";
  }
}

void append_string(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (plain) {
    append(out, "\"{}\"", text);
  } else {  // what is not UTF-8 as U+FFFD
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void json_words(std::string& out, const ScoredLine& line) {
  bool first = line.before.empty() || line.before == ngram::begin_word;
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const Scored& s = line.scored[i];
    if (s.length == 0) continue;
    out += first ? "{\"w\":" : ",{\"w\":";
    append_string(out, line.words[i]);
    append(out, ",\"id\":{},\"n\":{},\"lp\":", s.word, s.length);
    if (std::isfinite(s.log10_p)) {
      append(out, "{}", s.log10_p);
    } else {
      out += "null";
    }
    append(out, ",\"oov\":{}}}", s.word == ngram::unknown);
    first = false;
  }
}

void json_measures(std::string& out, const Totals& t) {
  append(out, "\"words\":{},\"oov\":{},\"lp\":", words_of(t), t.unknown);
  append_number(out, t.log10_p);
  out += ",\"ppl\":";
  append_number(out, t.perplexity());
  out += ",\"ppl_known\":";
  append_number(out, t.perplexity_known());
  out += ",\"bits_per_char\":";
  append_number(out, t.bits_per_character());
}

void json_summary(std::string& out, const std::string& name, const Totals& t) {
  append(out, "{{\"summary\":true,\"text\":");
  append_string(out, name);
  append(out, ",\"sentences\":{},\"tokens\":{},", t.sentences, t.tokens);
  json_measures(out, t);
  append(out, ",\"lp_known\":");
  append_number(out, t.log10_p_known);
  append(out, ",\"oov_rate\":");
  append_number(out, static_cast<double>(t.unknown) / static_cast<double>(words_of(t)));
  append(out, ",\"zeroprobs\":{},\"ppl_srilm\":", t.impossible);
  append_number(out, t.perplexity_possible());
  out += ",\"ppl1_srilm\":";
  append_number(out, t.perplexity_words());
  out += ",\"bits_per_token\":";
  append_number(out, t.bits_per_token());
  append(out, ",\"characters\":{},\"hits\":{{", t.characters);
  for (std::size_t n = 1; n < t.hits.size(); ++n) {
    if (t.hits[n] > 0) append(out, "\"{}\":{},", n, t.hits[n]);
  }
  if (out.back() == ',') out.pop_back();
  out += "}}\n";
}

void json_line(std::string& out, const ScoredLine& line, ScoreDetail detail) {
  const bool first = line.before.empty() || line.before == ngram::begin_word;
  if (detail == ScoreDetail::word) {
    if (first) append(out, "{{\"line\":{},\"tokens\":[", line.number);
    json_words(out, line);
    if (!line.ends) return;
    out += "],";
  } else {
    append(out, "{{\"line\":{},", line.number);
  }
  json_measures(out, line.totals);
  out += "}\n";
}

}  // namespace

void append_line(std::string& out, const ScoredLine& line, ScoreFormat format, ScoreDetail detail) {
  if (line.ends && line.totals.sentences == 0) return;
  if (detail != ScoreDetail::word && !line.ends) return;
  switch (format) {
    case ScoreFormat::kenlm:
      if (detail == ScoreDetail::word) kenlm_words(out, line);
      if (line.ends) kenlm_total(out, line.totals);
      break;
    case ScoreFormat::srilm:
      if (detail == ScoreDetail::word) srilm_words(out, line);
      if (!line.ends) break;
      if (detail == ScoreDetail::sentence) append(out, "{}\n", line.text);
      srilm_total(out, line.totals);
      out += '\n';
      break;
    case ScoreFormat::json:
      json_line(out, line, detail);
      break;
  }
}

void append_document(std::string& out, std::int64_t number, const Totals& totals,
                     ScoreFormat format) {
  switch (format) {
    case ScoreFormat::kenlm:
      kenlm_total(out, totals);
      break;
    case ScoreFormat::srilm:
      append(out, "document {}: ", number);
      srilm_total(out, totals);
      out += '\n';
      break;
    case ScoreFormat::json:
      append(out, "{{\"document\":{},\"sentences\":{},", number, totals.sentences);
      json_measures(out, totals);
      out += "}\n";
      break;
  }
}

void append_summary(std::string& out, const std::string& name, const Totals& totals,
                    ScoreFormat format) {
  switch (format) {
    case ScoreFormat::kenlm:
      kenlm_summary(out, totals);
      break;
    case ScoreFormat::srilm:
      append(out, "file {}: ", name);
      srilm_total(out, totals);
      break;
    case ScoreFormat::json:
      json_summary(out, name, totals);
      break;
  }
}

}  // namespace dlt::app
