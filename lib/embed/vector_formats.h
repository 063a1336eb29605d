#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "embed/vectors.h"

// The formats one by one, for vector_file.cpp. Readers get the bytes of a whole file and its name
// for messages; Exit::damaged where they are wrong.
namespace dlt::embed {

class FileBytes;

// "V D", the first line of most formats.
struct VectorHeader {
  std::int64_t words = 0, dim = 0;
  std::string_view rest;  // what follows the line
};
bool has_vector_header(std::string_view bytes);  // the first line is two integers
VectorHeader read_vector_header(std::string_view bytes, const std::string& path);

// "word x y z", a line each; with or without "V D" before them. `is_`: looks like one.
bool is_vector_text(std::string_view body);
Vectors read_vector_text(std::string_view bytes, const std::string& path);
// Appends one number, as the format writes it.
using WriteNumber = void (*)(std::string& to, float value);
void write_vector_text(NewFile& file, const Vectors& vectors, WriteNumber number);

Vectors read_vector_binary(std::string_view bytes, const std::string& path);
void write_vector_binary(NewFile& file, const Vectors& vectors);

// fastText's .bin, versions 11 and 12, not quantised.
bool is_fasttext_model(std::string_view bytes);
Vectors read_fasttext_model(const std::shared_ptr<const FileBytes>& file, const std::string& path);

bool is_safetensors(std::string_view bytes);
Vectors read_vector_safetensors(const std::string& path);  // rows stay in the file, mapped
void write_vector_safetensors(const std::string& path, const Vectors& vectors);

// That words differ, none is empty or holds white space; `place` names where one stands.
void check_words(const Vectors& vectors, const std::function<std::string(std::int64_t)>& place);
// The first row with a number that is not finite, or -1.
std::int64_t not_finite(const Tensor& rows);

}  // namespace dlt::embed
