#pragma once

#include <string>
#include <string_view>

#include "base/registry.h"
#include "embed/vectors.h"

// Files of word vectors. The formats, byte by byte: word2vec's text and binary file, fastText's
// .vec, GloVe's text, safetensors.
namespace dlt::embed {

enum class VectorFormat : std::uint8_t {
  word2vec_text,    // "V D\n", then "word x y z \n"
  word2vec_binary,  // "V D\n", then "word " and D little-endian float32 and "\n"
  fasttext_vec,     // as text, five significant digits
  glove,            // as text without the first line
  safetensors,      // "vectors" [V, D] float32, "words" (bytes, each word's end), "counts"; alone
                    // keeps subwords: "subword_rows" of "subword_buckets"
};
// "word2vec" (".txt"), "word2vec-bin" (".bin"), "vec", "glove", "safetensors".
const Registry<VectorFormat>& vector_formats();
VectorFormat format_of(const std::string& path, VectorFormat otherwise);  // by its ending

// Tells the format by the content; also a fastText .bin model (its words' vectors, subwords
// included) and a run folder of embed.word2vec. Exit::damaged with file and line or byte where the
// file is cut off, its header lies, a number is not finite, a word is there twice or empty.
Vectors read_vectors(const std::string& path);

// Whole or not at all. Exit::usage where a word does not fit the format (white space in it).
void write_vectors(const std::string& path, const Vectors& vectors, VectorFormat format);

}  // namespace dlt::embed
