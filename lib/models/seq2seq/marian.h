#pragma once

#include <string>
#include <string_view>

#include "data/pairs.h"
#include "models/seq2seq/config.h"
#include "nn/params.h"

// Seq2SeqTransformer as Hugging Face's MarianMTModel: a folder of config.json, model.safetensors,
// generation_config.json (huggingface.co/docs/transformers/model_doc/marian).
namespace dlt::models {

// What a Marian folder has to make ids of text, and dlt does not read.
constexpr std::string_view marian_tokenizer_note =
    "Marian's tokenizer (source.spm, target.spm and vocab.json, SentencePiece's) is not read: the "
    "model takes and gives token ids";

// Exit::usage, naming the option, for what Marian's layout cannot hold.
void check_marian(const Seq2SeqConfig& c);

// Names and shapes both ways. What dlt has none of, such as the gradient of a buffer, is left out.
nn::StateDict to_marian(const nn::StateDict& ours, const Seq2SeqConfig& c);
nn::StateDict from_marian(const nn::StateDict& theirs, const Seq2SeqConfig& c);

// Writes the files into `folder`, which is there.
void write_marian(const std::string& folder, const nn::StateDict& weights, const Seq2SeqConfig& c,
                  const data::Marks& marks);

struct ImportedMarian {
  Seq2SeqConfig model;
  std::string options;  // the same as dlt's config has it: the JSON object "model" without a name
  data::Marks marks;
  nn::StateDict weights;  // under dlt's names
};
// Exit::damaged for what dlt cannot run, naming key or tensor. Tables of positions, which old
// releases stored, must be the sinusoids.
ImportedMarian import_marian(const std::string& folder);

}  // namespace dlt::models
