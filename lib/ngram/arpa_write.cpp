#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <memory>
#include <zlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "ngram/arpa.h"

namespace dlt::ngram {
namespace {

constexpr std::uint64_t nodes_a_chunk = 1 << 14;

// Where the text goes, compressed or not.
class ArpaOutput {
 public:
  explicit ArpaOutput(const std::string& path) : file_(path == "-" ? "/dev/stdout" : path) {
    if (!path.ends_with(".gz")) return;
    constexpr int gzip_window = 15 + 16, memory = 8;
    stream_.reset(new z_stream());
    const int code = ::deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window,
                                    memory, Z_DEFAULT_STRATEGY);
    require(code == Z_OK, "cannot compress '{}': zlib has no memory", path);
  }

  void write(std::string_view text) {
    if (stream_)
      deflate(text, Z_NO_FLUSH);
    else
      file_.write(text);
  }

  void commit() {
    if (stream_) deflate("", Z_FINISH);
    file_.commit();
  }

 private:
  struct End {
    void operator()(z_stream* stream) const {
      ::deflateEnd(stream);
      delete stream;
    }
  };

  void deflate(std::string_view text, int flush) {
    std::array<Bytef, 1 << 16> out;
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_->avail_in = static_cast<uInt>(text.size());
    do {
      stream_->next_out = out.data();
      stream_->avail_out = out.size();
      ::deflate(stream_.get(), flush);
      file_.write(out.data(), out.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
  }

  NewFile file_;
  std::unique_ptr<z_stream, End> stream_;
};

// Goes through the nodes of a level, always knowing the words of the n-gram.
class ArpaCursor {
 public:
  ArpaCursor(const Model& model, int n, Node begin) : model_(model), n_(n) {
    at(n) = begin;
    for (int level = n - 1; level >= 1; --level) at(level) = parent(level, at(level + 1));
    spell();
  }

  std::string_view first_word() const {
    return model_.vocabulary().word(n_ == 1 ? at(1) : model_.word(n_, at(n_)));
  }
  std::string_view others() const { return others_; }  // each behind a blank

  void next() {
    ++at(n_);
    if (n_ > 1 && climb(n_ - 1)) spell();
  }

 private:
  Node& at(int level) { return nodes_[static_cast<std::size_t>(level)]; }
  Node at(int level) const { return nodes_[static_cast<std::size_t>(level)]; }

  // The last node of a level whose children do not begin behind `node`.
  Node parent(int level, Node node) const {
    Node low = 0, high = static_cast<Node>(model_.count(level));
    while (high - low > 1) {
      const Node middle = low + (high - low) / 2;
      (model_.children(level, middle).begin <= node ? low : high) = middle;
    }
    return low;
  }

  // Moves a level on until it is above the node of the next; false if it is already.
  bool climb(int level) {
    const Node before = at(level);
    while (at(level) + 1 < model_.count(level) &&
           model_.children(level, at(level)).end <= at(level + 1)) {
      ++at(level);
    }
    if (at(level) == before) return false;
    if (level > 1) climb(level - 1);
    return true;
  }

  void spell() {
    others_.clear();
    for (int level = n_ - 1; level >= 1; --level) {
      others_ += ' ';
      others_ += model_.vocabulary().word(level == 1 ? at(1) : model_.word(level, at(level)));
    }
  }

  const Model& model_;
  int n_;
  std::array<Node, max_order + 1> nodes_{};
  std::string others_;
};

// One model in one style.
struct ArpaWriting {
  const Model& model;
  ArpaStyle style;

  bool is_written(int n, Node i) const {
    return n == model.order() || !is_filler(model.log10_bow(n, i));
  }

  std::uint64_t count(int n) const {
    const auto all = static_cast<std::int64_t>(model.count(n));
    return static_cast<std::uint64_t>(
        parallel_sum(all, nodes_a_chunk, [&](std::int64_t begin, std::int64_t end) {
          std::int64_t sum = 0;
          for (auto i = begin; i < end; ++i) sum += is_written(n, static_cast<Node>(i)) ? 1 : 0;
          return static_cast<double>(sum);
        }));
  }

  static void number(std::string& out, float value) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
  }

  void line(std::string& out, int n, Node i, const ArpaCursor& at) const {
    if (!is_written(n, i)) return;
    const bool begin = n == 1 && i == sentence_begin;
    const float p = !begin ? model.log10_p(n, i) : style == ArpaStyle::kenlm ? 0 : log_zero;
    number(out, p);
    out += '\t';
    out += at.first_word();
    out += at.others();
    const float bow = n < model.order() ? model.log10_bow(n, i) : 0;
    if (n < model.order() && (bow != 0 || style == ArpaStyle::kenlm)) {
      out += '\t';
      number(out, bow);
    }
    out += '\n';
  }

  void lines(std::string& out, int n, Node begin, Node end) const {
    out.clear();
    ArpaCursor at(model, n, begin);
    for (Node i = begin; i < end; ++i) {
      line(out, n, i, at);
      if (i + 1 < end) at.next();
    }
  }
};

void write_level(const ArpaWriting& writing, int n, ArpaOutput& out) {
  std::vector<std::string> parts(static_cast<std::size_t>(4 * threads()));
  const std::uint64_t all = writing.model.count(n);
  for (std::uint64_t done = 0; done < all; done += parts.size() * nodes_a_chunk) {
    parallel_for(std::ssize(parts), 1, [&](std::int64_t first, std::int64_t last) {
      for (auto i = first; i < last; ++i) {
        const std::uint64_t begin = std::min(done + i * nodes_a_chunk, all);
        const std::uint64_t end = std::min(begin + nodes_a_chunk, all);
        auto& part = parts[static_cast<std::size_t>(i)];
        if (begin == end)
          part.clear();
        else
          writing.lines(part, n, static_cast<Node>(begin), static_cast<Node>(end));
      }
    });
    for (const std::string& part : parts) out.write(part);
  }
}

}  // namespace

void write_arpa(const std::string& path, const Model& model, ArpaStyle style) {
  ArpaOutput out(path);
  const ArpaWriting writing{model, style};
  std::string header = "\\data\\\n";
  for (int n = 1; n <= model.order(); ++n)
    header += fmt::format("ngram {}={}\n", n, writing.count(n));
  out.write(header);
  for (int n = 1; n <= model.order(); ++n) {
    out.write(fmt::format("\n\\{}-grams:\n", n));
    write_level(writing, n, out);
  }
  out.write("\n\\end\\\n");
  out.commit();
}

}  // namespace dlt::ngram
