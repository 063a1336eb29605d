#include "embed/analogy.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "kernels/gemm.h"
#include "ngram/corpus.h"
#include "ngram/unit.h"

namespace dlt::embed {
namespace {

struct Question {
  std::array<std::int64_t, 4> words;  // places of TestWords
  std::size_t section;
};

struct Questions {
  std::vector<AnalogySection> sections;
  std::vector<Question> known;
};

void take_question(std::string_view line, const std::string& place, const TestWords& words,
                   Questions& all) {
  std::vector<std::string> fields;
  ngram::Tokens tokens(line, ngram::Unit::words);
  for (std::string_view token; tokens.next(token);) fields.emplace_back(token);
  if (fields.empty()) return;
  if (fields[0].starts_with(':')) {
    const auto name = line.find_first_not_of(" \t\r", line.find(':') + 1);
    require(name != line.npos, Exit::data, "{}: the section has no name", place);
    all.sections.emplace_back().name = line.substr(name, line.find_last_not_of(" \t\r") + 1 - name);
    return;
  }
  require(fields.size() == 4, Exit::data, "{}: a question has four words, this line {}: '{}'",
          place, fields.size(), printable(line));
  if (all.sections.empty()) all.sections.emplace_back().name = "questions";
  ++all.sections.back().total;
  Question q{{}, all.sections.size() - 1};
  for (std::size_t i = 0; i < 4; ++i) q.words[i] = words.find(fields[i]);
  if (std::ranges::find(q.words, -1) != q.words.end()) return;
  ++all.sections.back().seen;
  all.known.push_back(q);
}

Questions read_questions(const std::string& file, const TestWords& words) {
  Questions all;
  ngram::TextReader reader(file);
  for (ngram::Block block; reader.next(block);) {
    ngram::each_line(block, [&](std::string_view line, std::int64_t number) {
      take_question(line, fmt::format("{}:{}", file, number), words, all);
    });
  }
  require(!all.sections.empty(), Exit::data, "{}: there are no questions", file);
  return all;
}

// The largest of what it is offered in blocks; of equal ones the first.
struct Largest {
  real value = -std::numeric_limits<real>::infinity();
  std::int64_t at = -1;

  void offer(const real* scores, std::int64_t count, std::int64_t first) {
    std::array<real, 16> top;
    top.fill(value);
    std::int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
      for (std::size_t k = 0; k < 16; ++k) {
        const real s = scores[i + static_cast<std::int64_t>(k)];
        top[k] = s > top[k] ? s : top[k];
      }
    }
    for (; i < count; ++i) top[0] = std::max(top[0], scores[i]);
    const real best = *std::ranges::max_element(top);
    if (!(best > value)) return;
    value = best;
    at = first + (std::find(scores, scores + count, best) - scores);
  }
};

// Cosines of some words with all, and the answers found with them.
class AnalogyBatch {
 public:
  AnalogyBatch(const Tensor& unit, const TestWords& words) : unit_(unit), words_(words) {
    const auto& same = words.same();
    for (std::int64_t i = 0; i < std::ssize(same); ++i) {
      const std::int64_t first = same[static_cast<std::size_t>(i)];
      if (first != i) variants_[first].push_back(i);
    }
  }

  void load(std::span<const Question> questions) {
    slots_.clear();
    std::vector<real> rows;
    const std::int64_t dim = unit_.dim(1);
    for (const Question& q : questions) {
      for (std::size_t i = 0; i < 3; ++i) {
        if (!slots_.emplace(q.words[i], std::ssize(slots_)).second) continue;
        const real* row = unit_.data() + q.words[i] * dim;
        rows.insert(rows.end(), row, row + dim);
      }
    }
    const std::int64_t count = std::ssize(slots_), size = unit_.dim(0);
    if (!cosines_.defined() || cosines_.dim(0) < count) {
      cosines_ = Tensor::uninitialized({count, size});
    }
    kernels::gemm(cosines_.mutable_data(), rows.data(), unit_.data(),
                  {.m = count, .n = size, .k = dim, .transpose_b = true});
  }

  struct Right {
    bool add, multiply;
  };
  Right answer(const Question& q) const {
    constexpr std::int64_t block = 1024;
    const std::int64_t size = unit_.dim(0);
    const real *a = cosines(q.words[0]), *b = cosines(q.words[1]), *c = cosines(q.words[2]);
    const std::vector<std::int64_t> out = left_out(q);
    std::array<real, block> sums, ratios;
    Largest sum, ratio;
    for (std::int64_t from = 0; from < size; from += block) {
      const std::int64_t count = std::min(block, size - from);
      for (std::int64_t i = 0; i < count; ++i) {
        const real xa = a[from + i], xb = b[from + i], xc = c[from + i];
        const auto k = static_cast<std::size_t>(i);
        sums[k] = xb - xa + xc;
        ratios[k] = (xb + 1) * (xc + 1) / ((xa + 1) / 2 + real(0.001));
      }
      for (std::int64_t x : out) {
        if (x < from || x >= from + count) continue;
        const auto k = static_cast<std::size_t>(x - from);
        sums[k] = ratios[k] = -std::numeric_limits<real>::infinity();
      }
      sum.offer(sums.data(), count, from);
      ratio.offer(ratios.data(), count, from);
    }
    return {is_answer(sum.at, q), is_answer(ratio.at, q)};
  }

 private:
  const real* cosines(std::int64_t word) const {
    return cosines_.data() + slots_.at(word) * unit_.dim(0);
  }

  bool is_answer(std::int64_t at, const Question& q) const {
    return at >= 0 && words_.same()[static_cast<std::size_t>(at)] == q.words[3];
  }

  std::vector<std::int64_t> left_out(const Question& q) const {
    std::vector<std::int64_t> out(q.words.begin(), q.words.begin() + 3);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto more = variants_.find(q.words[i]);
      if (more != variants_.end()) out.insert(out.end(), more->second.begin(), more->second.end());
    }
    return out;
  }

  const Tensor& unit_;
  const TestWords& words_;
  std::map<std::int64_t, std::vector<std::int64_t>> variants_;  // other spellings of a place
  std::map<std::int64_t, std::int64_t> slots_;                  // rows of cosines_
  Tensor cosines_;
};

Tensor unit_rows_of(const Vectors& vectors, const TestWords& words) {
  const std::int64_t dim = vectors.dim();
  Tensor rows = Tensor::uninitialized({std::ssize(words.rows()), dim});
  real* out = rows.mutable_data();
  for (std::int64_t row : words.rows()) {
    out = std::copy_n(vectors.rows.data() + row * dim, dim, out);
  }
  return unit_rows(rows);
}

}  // namespace

AnalogySection Analogies::sum(std::size_t begin, std::size_t end) const {
  AnalogySection all;
  for (std::size_t i = begin; i < std::min(end, sections.size()); ++i) {
    all.total += sections[i].total;
    all.seen += sections[i].seen;
    all.add += sections[i].add;
    all.multiply += sections[i].multiply;
  }
  return all;
}

Analogies measure_analogies(const Vectors& vectors, const TestWords& words,
                            const std::string& file) {
  constexpr std::size_t at_once = 256;
  Questions all = read_questions(file, words);
  const Tensor unit = unit_rows_of(vectors, words);
  AnalogyBatch batch(unit, words);
  for (std::size_t from = 0; from < all.known.size(); from += at_once) {
    const auto these =
        std::span(all.known).subspan(from, std::min(at_once, all.known.size() - from));
    batch.load(these);
    std::vector<AnalogyBatch::Right> right(these.size());
    parallel_for(std::ssize(these), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        right[i] = batch.answer(these[i]);
      }
    });
    for (std::size_t i = 0; i < these.size(); ++i) {
      AnalogySection& section = all.sections[these[i].section];
      section.add += right[i].add ? 1 : 0;
      section.multiply += right[i].multiply ? 1 : 0;
    }
  }
  return {std::move(all.sections)};
}

}  // namespace dlt::embed
