#pragma once

#include <memory>
#include <span>
#include <string>

#include "data/encode_pairs.h"
#include "nn/context.h"
#include "nn/params.h"
#include "tensor/tensor.h"

namespace dlt::models {

// Rows that are being decoded, each with what has been said so far. No gradients.
class Decoding {
 public:
  virtual ~Decoding() = default;
  // Takes the last token of each row; the logits of the next ones, [rows, vocab].
  virtual Tensor next(std::span<const std::int32_t> tokens) = 0;
  // Row i becomes what row rows[i] was: beams that go on, rows that are finished and left out.
  virtual void select(std::span<const std::int64_t> rows) = 0;
};

// A network that turns one sequence into another.
class Seq2SeqNet {
 public:
  virtual ~Seq2SeqNet() = default;
  // Mean over the targets of cross entropy with label smoothing.
  virtual Tensor loss(const data::PairBatch& batch, double smoothing,
                      nn::Training* training) const = 0;
  virtual Tensor logits(const data::PairBatch& batch) const = 0;  // [batch, t, vocab]
  // Encodes the sources [batch, s], of which the first sizes[i] of row i count.
  virtual std::unique_ptr<Decoding> decode(const Indices& source,
                                           std::span<const std::int64_t> sizes) const = 0;
  virtual std::int64_t vocab() const = 0;
  virtual std::int64_t longest() const = 0;  // positions of a sequence; INT64_MAX: any

  // The files of a Hugging Face folder, if there is such a layout of it: writes them, and reads
  // them back and says what was compared; an Error where they differ.
  virtual bool has_hf() const { return false; }
  virtual void write_hf(const std::string& /*folder*/, const nn::StateDict& /*weights*/,
                        const data::PairVocabulary& /*vocabulary*/) const {}
  virtual std::string check_hf(const std::string& /*folder*/,
                               const nn::StateDict& /*weights*/) const {
    return "";
  }
};

}  // namespace dlt::models
