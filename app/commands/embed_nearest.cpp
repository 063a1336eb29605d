#include "commands/embed_nearest.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

#include "base/error.h"
#include "base/spelling.h"
#include "base/utf8.h"
#include "embed/neighbours.h"
#include "embed/vector_file.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Asked {
  std::string text;
  embed::WordSum sum;
  std::string mistake = "";  // in how it is written
};

// Arguments as queries: those with a lone + or - between them are one.
std::vector<Asked> queries_of(const EmbedNearestOptions& o) {
  std::vector<std::string> texts;
  bool open = false;
  for (const std::string& word : o.words) {
    const bool sign = word == "+" || word == "-";
    if ((sign && !texts.empty()) || open) {
      texts.back() += " " + word;
    } else {
      texts.push_back(word);
    }
    open = sign && o.words.size() > 1;
  }
  std::vector<Asked> queries;
  for (const std::string& text : texts) queries.push_back({text, embed::parse_word_sum(text)});
  if (o.plus.empty() && o.minus.empty()) return queries;
  Asked sum;
  const auto add = [&sum](const std::vector<std::string>& words, const char* sign, real value) {
    for (const std::string& word : words) {
      sum.text += (sum.text.empty() && value > 0 ? "" : sign) + word;
      sum.sum.terms.push_back({word, value});
    }
  };
  add(o.plus, " + ", 1);
  add(o.minus, " - ", -1);
  queries.push_back(std::move(sum));
  return queries;
}

class NearestSession {
 public:
  explicit NearestSession(const EmbedNearestOptions& o)
      : options_(o),
        vectors_(embed::read_vectors(o.vectors)),
        index_(vectors_),
        neighbours_(vectors_),
        load_seconds_(seconds_since(start_)) {}

  // What is wrong with a query, or "".
  std::string mistake(const Asked& asked) const {
    if (!asked.mistake.empty()) return asked.mistake;
    if (asked.sum.terms.empty()) return "the line holds no word";
    for (const auto& term : asked.sum.terms) {
      if (index_.find(term.word) < 0 && composed(term.word).empty()) return unknown(term.word);
    }
    return "";
  }

  enum class Named : bool { no, yes };
  void answer(const std::vector<Asked>& all, Named named) const {
    std::vector<embed::Neighbours::Query> queries;
    std::vector<std::string> mistakes;
    for (const Asked& asked : all) {
      mistakes.push_back(mistake(asked));
      if (mistakes.back().empty()) queries.push_back(query(asked));
    }
    std::vector<std::vector<embed::Neighbour>> found;
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < options_.repeat && !queries.empty(); ++i) {
      found = neighbours_.nearest(queries, options_.top);
    }
    const double seconds = seconds_since(start) / static_cast<double>(options_.repeat) /
                           std::max(1.0, static_cast<double>(queries.size()));
    auto next = found.begin();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!mistakes[i].empty()) {
        print_mistake(all[i], mistakes[i]);
      } else {
        print(all[i], *next++, seconds, named);
      }
    }
  }

 private:
  std::string unknown(const std::string& word) const {
    constexpr std::size_t frequent = 200'000;  // one of them was meant, if any
    const std::size_t count = std::min(frequent, vectors_.words.size());
    const std::vector<std::string_view> known(
        vectors_.words.begin(), vectors_.words.begin() + static_cast<std::ptrdiff_t>(count));
    const auto meant = nearest(word, known);
    return fmt::format("'{}' is not among the {} words of {}{}", printable(word), vectors_.size(),
                       options_.vectors,
                       meant.empty() ? "" : fmt::format("; did you mean '{}'?", printable(meant)));
  }

  // The vector of a word that has none of its own; empty if it has no known pieces either.
  std::vector<real> composed(const std::string& word) const {
    std::vector<real> vector(static_cast<std::size_t>(vectors_.dim()));
    const bool known = vectors_.subwords && vectors_.subwords->compose(word, vector);
    return known ? vector : std::vector<real>{};
  }

  embed::Neighbours::Query query(const Asked& asked) const {
    std::vector<std::int64_t> rows;
    std::vector<real> signs;
    std::vector<std::vector<real>> others;
    for (const auto& term : asked.sum.terms) {
      rows.push_back(index_.find(term.word));
      signs.push_back(term.sign);
      if (rows.back() < 0) others.push_back(composed(term.word));
    }
    return neighbours_.query(rows, signs, others);
  }

  static void print_json(const ordered_json& line) {
    fmt::print("{}\n", line.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }

  void print_mistake(const Asked& asked, const std::string& sentence) const {
    if (options_.json) return print_json({{"query", asked.text}, {"error", sentence}});
    fmt::print("{}\n", sentence);
  }

  void print(const Asked& asked, const std::vector<embed::Neighbour>& found, double seconds,
             Named named) const {
    ordered_json list = ordered_json::array();
    for (const embed::Neighbour& n : found) {
      const std::string& word = vectors_.words[static_cast<std::size_t>(n.row)];
      if (options_.json) {
        list.push_back({{"word", word}, {"cosine", n.cosine}});
      } else {
        fmt::print("{}{}\t{:.4f}\n", named == Named::yes ? printable(asked.text) + "\t" : "",
                   printable(word), n.cosine);
      }
    }
    if (!options_.json) return;
    print_json({{"query", asked.text},
                {"neighbours", std::move(list)},
                {"seconds", seconds},
                {"load_seconds", load_seconds_}});
  }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const EmbedNearestOptions& options_;
  embed::Vectors vectors_;
  embed::WordIndex index_;
  embed::Neighbours neighbours_;
  double load_seconds_;
};

// Standard input as it arrives: all lines that are there, as soon as one is.
class Arriving {
 public:
  bool next(std::vector<std::string>& lines) {
    lines.clear();
    while (lines.empty() && !ended_) {
      char bytes[1 << 14];
      const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
      if (got < 0 && errno == EINTR) continue;
      require(got >= 0, Exit::data, "cannot read standard input: {}", std::strerror(errno));
      ended_ = got == 0;
      held_.append(bytes, static_cast<std::size_t>(got));
      if (ended_ && !held_.empty()) held_ += '\n';
      std::size_t from = 0;
      for (std::size_t end; (end = held_.find('\n', from)) != held_.npos; from = end + 1) {
        lines.push_back(held_.substr(from, end - from));
      }
      held_.erase(0, from);
    }
    return !lines.empty();
  }

 private:
  std::string held_;
  bool ended_ = false;
};

Asked asked_by(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  try {
    return {line, embed::parse_word_sum(line)};
  } catch (const Error& e) {  // one bad line does not end the others
    return {line, {}, e.what()};
  }
}

}  // namespace

void embed_nearest(const EmbedNearestOptions& o) {
  using Named = NearestSession::Named;
  const std::vector<Asked> given = queries_of(o);
  const NearestSession session(o);
  if (!given.empty()) {
    for (const Asked& asked : given) {
      const std::string mistake = session.mistake(asked);
      require(mistake.empty(), Exit::usage, "{}", mistake);
    }
    return session.answer(given, given.size() > 1 ? Named::yes : Named::no);
  }
  Arriving lines;
  for (std::vector<std::string> some; lines.next(some);) {
    std::vector<Asked> queries;
    for (std::string& line : some) queries.push_back(asked_by(std::move(line)));
    session.answer(queries, Named::yes);
    std::fflush(stdout);
  }
}

}  // namespace dlt::app
