#include "support/toy_seq2seq.h"

#include <algorithm>

#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "ops/ops.h"

namespace dlt::test {
namespace {

using Ids = std::vector<std::int32_t>;

class ToyNet : public models::Seq2SeqNet {
 public:
  ToyNet(const nn::Scope& s, std::int64_t vocab, std::int64_t width, std::int64_t longest,
         double dropout)
      : source_(s / "encoder" / "embedding", vocab, width, nn::normal(0.1)),
        before_(s / "decoder" / "embedding", vocab, width, nn::normal(0.1)),
        head_(s / "decoder" / "head", width, vocab),
        dropout_(dropout),
        longest_(longest) {}

  Tensor loss(const data::PairBatch& batch, double smoothing,
              nn::Training* training) const override {
    const Tensor y =
        outputs(aligned(batch.source, batch.input.shape().dim(1)), batch.input, training);
    ops::CrossEntropy options;
    options.ignore = -1;
    options.smoothing = smoothing;
    return ops::cross_entropy(ops::reshape(y, {batch.target.size(), y.dim(-1)}),
                              Indices({batch.target.size()}, batch.target.values()), Tensor(),
                              options);
  }
  Tensor logits(const data::PairBatch& batch) const override {
    return outputs(aligned(batch.source, batch.input.shape().dim(1)), batch.input, nullptr);
  }
  std::unique_ptr<models::Decoding> decode(const Indices& source,
                                           std::span<const std::int64_t>) const override;
  std::int64_t vocab() const override { return head_.weight().dim(0); }
  std::int64_t longest() const override { return longest_; }

  // The first `time` tokens of each source; the last one stands for what is missing.
  static Indices aligned(const Indices& source, std::int64_t time, std::int64_t from = 0) {
    const std::int64_t rows = source.shape().dim(0), s = source.shape().dim(1);
    Ids ids;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t t = from; t < from + time; ++t) {
        ids.push_back(source.data()[i * s + std::min(t, s - 1)]);
      }
    }
    return Indices({rows, time}, std::move(ids));
  }
  Tensor outputs(const Indices& source, const Indices& input, nn::Training* training) const {
    return head_(dropout_(ops::add(source_(source), before_(input)), training));
  }

 private:
  nn::Embedding source_, before_;
  nn::Linear head_;
  nn::Dropout dropout_;
  std::int64_t longest_;
};

class ToyDecoding : public models::Decoding {
 public:
  ToyDecoding(const ToyNet& net, Indices source) : net_(net), source_(std::move(source)) {}

  Tensor next(std::span<const std::int32_t> tokens) override {
    const std::int64_t rows = std::ssize(tokens);
    const Tensor y = net_.outputs(ToyNet::aligned(source_, 1, time_++),
                                  Indices({rows, 1}, Ids(tokens.begin(), tokens.end())), nullptr);
    return y.reshape({rows, y.dim(-1)});
  }
  void select(std::span<const std::int64_t> rows) override {
    const std::int64_t s = source_.shape().dim(1);
    Ids ids;
    for (const std::int64_t row : rows) {
      ids.insert(ids.end(), source_.data() + row * s, source_.data() + (row + 1) * s);
    }
    source_ = Indices({std::ssize(rows), s}, std::move(ids));
  }

 private:
  const ToyNet& net_;
  Indices source_;
  std::int64_t time_ = 0;
};

std::unique_ptr<models::Decoding> ToyNet::decode(const Indices& source,
                                                 std::span<const std::int64_t>) const {
  return std::make_unique<ToyDecoding>(*this, source);
}

}  // namespace

std::unique_ptr<models::Seq2SeqNet> make_toy_net(config::Reader& model, const nn::Scope& scope,
                                                 std::int64_t vocab) {
  std::string name;
  std::int64_t width = 16, longest = 1024;
  double dropout = 0;
  model.field("name", name);
  model.field("width", width);
  model.field("longest", longest);
  model.field("dropout", dropout, 0, 0.9);
  return std::make_unique<ToyNet>(scope, vocab, width, longest, dropout);
}

}  // namespace dlt::test
