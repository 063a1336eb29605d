#include "embed/vector_file.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <zlib.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "embed/golden.h"
#include "embed/vector_formats.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::embed {
namespace {

using test::failure;
using test::Folder;

const std::vector<std::string> formats = {"word2vec", "word2vec-bin", "vec", "glove",
                                          "safetensors"};

Vectors three() {
  Vectors v;
  v.words = {"the", "\xE4\xB8\x80\xE8\xB7\xAF", "New_York"};
  v.counts = {5'000'000'000, 3, 1};
  v.rows = Tensor::from({3, 2}, {real(0.1F), real(-1e-12F), real(1.0F / 3), 16777216, -0.0, 3});
  return v;
}

void check_same(const Vectors& a, const Vectors& b) {
  CHECK(a.words == b.words);
  REQUIRE(a.rows.shape() == b.rows.shape());
  for (std::int64_t i = 0; i < a.rows.size(); ++i) {
    const auto bits = [i](const Vectors& v) {
      return std::bit_cast<std::uint32_t>(static_cast<float>(v.rows.data()[i]));
    };
    CHECK(bits(a) == bits(b));
  }
}

// What reading a file of these bytes says; FILE stands for its name.
std::string refusal(const std::string& bytes) {
  const Folder folder;
  const std::string path = folder / "file";
  write_file(path, bytes);
  std::string said = failure([&] { read_vectors(path); }, Exit::damaged);
  for (std::size_t at; (at = said.find(path)) != said.npos;) said.replace(at, path.size(), "FILE");
  return said;
}

std::string floats(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
}

}  // namespace

TEST_CASE("Vectors come back from every format as they were", "[embed][vector_file]") {
  const Folder folder;
  for (const std::string& name : formats) {
    CAPTURE(name);
    const std::string path = folder / name;
    write_vectors(path, three(), vector_formats().find(name).make);
    const Vectors back = read_vectors(path);
    CHECK(back.counts == (name == "safetensors" ? three().counts : std::vector<std::int64_t>()));
    if (name != "vec") check_same(back, three());
    const std::string first = read_file(path, Exit::failed);
    write_vectors(path, back, vector_formats().find(name).make);
    CHECK(read_file(path, Exit::failed) == first);
  }
  CHECK(folder.list().size() == formats.size());
}

TEST_CASE("Text files look like word2vec.c's and fastText's", "[embed][vector_file]") {
  const Folder folder;
  const auto written = [&](VectorFormat format) {
    write_vectors(folder / "file", three(), format);
    return read_file(folder / "file", Exit::failed);
  };
  CHECK(written(VectorFormat::word2vec_text) ==
        "3 2\nthe 0.1 -1e-12 \n\xE4\xB8\x80\xE8\xB7\xAF 0.33333334 16777216 \nNew_York -0 3 \n");
  CHECK(written(VectorFormat::fasttext_vec) ==
        "3 2\nthe 0.1 -1e-12 \n\xE4\xB8\x80\xE8\xB7\xAF 0.33333 1.6777e+07 \nNew_York -0 3 \n");
  CHECK(written(VectorFormat::glove) ==
        "the 0.1 -1e-12 \n\xE4\xB8\x80\xE8\xB7\xAF 0.33333334 16777216 \nNew_York -0 3 \n");
  CHECK(written(VectorFormat::word2vec_binary) ==
        "3 2\nthe " + floats({0.1F, -1e-12F}) + "\n\xE4\xB8\x80\xE8\xB7\xAF " +
            floats({1.0F / 3, 16777216}) + "\nNew_York " + floats({-0.0F, 3}) + "\n");
}

TEST_CASE("Rows of a safetensors file stay in the file until somebody writes to them",
          "[embed][vector_file]") {
  const Folder folder;
  const std::string path = folder / "v.safetensors";
  write_vectors(path, three(), VectorFormat::safetensors);
  const std::string before = read_file(path, Exit::failed);
  Vectors v = read_vectors(path);
  v.rows.mutable_data()[0] = 7;
  CHECK(v.rows.data()[0] == 7);
  CHECK(read_file(path, Exit::failed) == before);
  const Tensor rows = read_vectors(path).rows;  // outlives everything else
  CHECK(rows.data()[0] == real(0.1F));
}

TEST_CASE("gensim's binary file, without line ends, is its text file", "[embed][vector_file]") {
  check_same(read_vectors(golden("gensim.bin")), read_vectors(golden("vectors.txt")));
}

TEST_CASE("A fastText model gives the vectors that fastText writes", "[embed][vector_file]") {
  const Vectors model = read_vectors(golden("ft.bin")), text = read_vectors(golden("ft.vec"));
  CHECK(model.words == text.words);
  CHECK(model.counts.size() == model.words.size());
  for (std::int64_t i = 0; i < text.rows.size(); ++i) {
    CHECK(model.rows.data()[i] == Approx(text.rows.data()[i]).epsilon(1e-4).margin(1e-9));
  }
  const Folder folder;  // and the same text again
  write_vectors(folder / "ft.vec", model, VectorFormat::fasttext_vec);
  CHECK(read_file(folder / "ft.vec", Exit::failed) == golden_text("ft.vec"));
}

TEST_CASE(
    "A word that a fastText model does not know is made of its pieces, and so from safetensors",
    "[embed][vector_file]") {
  const Folder folder;
  const Vectors model = read_vectors(golden("ft.bin"));
  write_vectors(folder / "v.safetensors", model, VectorFormat::safetensors);
  const Vectors kept = read_vectors(folder / "v.safetensors");
  // what `fasttext print-word-vectors` says of this model
  const std::vector<std::pair<std::string, std::vector<double>>> expected = {
      {"kingdomly", {0.20174, 0.37063, 0.014092, -0.17512}},
      {"queenking", {0.34107, 0.61853, 0.025622, -0.29154}},
      {"zzz", {0.23634, 0.44051, 0.012931, -0.20563}}};
  for (const Vectors* v : {&model, &kept}) {
    REQUIRE(v->subwords);
    for (const auto& [word, numbers] : expected) {
      std::vector<real> vector(4);
      REQUIRE(v->subwords->compose(word, vector));
      for (std::size_t i = 0; i < 4; ++i) {
        CHECK(static_cast<double>(vector[i]) == Approx(numbers[i]).epsilon(2e-5));
      }
    }
  }
}

TEST_CASE("Damaged subwords of a safetensors file are refused", "[embed][vector_file]") {
  const Folder folder;
  const std::string path = folder / "v";
  Vectors v = three();
  v.subwords = {{2, 3, 100}, {4, 7}, reader_of(Tensor::zeros({2, v.dim()}))};
  write_vectors(path, v, VectorFormat::safetensors);
  const std::string good = read_file(path, Exit::failed);
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    const auto at = bad.find(from);
    REQUIRE(at != bad.npos);
    write_file(path, bad.replace(at, from.size(), to));
    return failure([&] { read_vectors(path); }, Exit::damaged);
  };
  CHECK(refused("2 3 100", "3 2 100") ==
        path +
            ": metadata 'subwords' is \"3 2 100\", the shortest and longest n-grams and the "
            "number of buckets are needed");
  CHECK(refused("2 3 100", "2 3 006") ==
        path + ": tensor 'subword_buckets': element 1 is 7, not in [5, 5]");
  CHECK(refused(std::string("\4\0\0\0\0\0\0\0\7", 9), std::string("\x8\0\0\0\0\0\0\0\7", 9)) ==
        path + ": tensor 'subword_buckets': element 1 is 7, not in [9, 99]");
  CHECK(refused("subword_rows", "subword_nows") ==
        path +
            ": there is no tensor 'subword_rows': word vectors have 'subword_rows', a matrix of "
            "[buckets, dim]");
}

TEST_CASE("Compressed text, other line ends, signs and a missing last line end are read",
          "[embed][vector_file]") {
  const Folder folder;
  const std::string path = folder / "v.txt.gz";
  gzFile file = ::gzopen(path.c_str(), "wb");
  ::gzputs(file, "2 2\r\na\t+1 2.5e-1\r\nb 1e-60 4");
  ::gzclose(file);
  const Vectors v = read_vectors(path);
  CHECK(v.words == std::vector<std::string>{"a", "b"});
  CHECK(v.rows.values()[0] == 1);
  CHECK(v.rows.values()[1] == 0.25);
  CHECK(v.rows.values()[2] == 0);
  CHECK(v.rows.values()[3] == 4);
  write_file(path, read_file(path, Exit::failed).substr(0, 30));
  CHECK(failure([&] { read_vectors(path); }, Exit::damaged) ==
        "cannot read '" + path + "': the compressed data end early");
}

TEST_CASE("A damaged text file is refused with its line", "[embed][vector_file]") {
  CHECK(refusal("") == "FILE: the file is empty, word vectors are needed");
  CHECK(refusal("2 0\na\nb\n") == "FILE:1: the vectors have dimension 0, at least 1 is needed");
  CHECK(refusal("0 2\n") == "FILE:1: the file has 0 words, at least 1 is needed");
  CHECK(refusal("99999999999999999999 2\na 1 2\n") ==
        "FILE:1: '99999999999999999999 2' is no number of words and of numbers a word that a file "
        "can have");
  CHECK(refusal("3 2\na 1 2\nb 3 4\n") ==
        "FILE: the first line names 3 words, 2 are there: the file is cut off");
  CHECK(refusal("1 2\na 1 2\nb 3 4\n") == "FILE:3: the first line names 1 words, this is one more");
  CHECK(refusal("2 2\na 1 2\nb 3\n") ==
        "FILE:3: 1 numbers follow the word, 2 are needed: the line or the file is cut off");
  CHECK(
      refusal("1 9000000000000000000\na 1 2\n") ==
      "FILE:2: 2 numbers follow the word, 9000000000000000000 are needed: the line or the file is "
      "cut off");
  CHECK(refusal("2 2\na 1 2\nnew york 3 4\n") ==
        "FILE:3: 3 fields follow the word, 2 numbers are needed: a word may not hold spaces");
  CHECK(refusal("2 2\nnew york 3 4\na 1 2\n") ==
        "FILE:2: 3 fields follow the word, 2 numbers are needed: a word may not hold spaces");
  CHECK(refusal("2 2\na 1 2\nb 3 nan\n") == "FILE:3: 'nan' is not a finite number");
  CHECK(refusal("2 2\na 1 -inf\nb 3 2\n") == "FILE:2: '-inf' is not a finite number");
  CHECK(refusal("2 2\na 1 1e60\nb 3 2\n") == "FILE:2: '1e60' is not a finite number");
  CHECK(refusal("2 2\na 1 2\nb 3 4x\n") == "FILE:3: '4x' is not a number");
  CHECK(refusal("2 2\na 1 2\n 3 4\n") == "FILE:3: the word is empty");
  CHECK(refusal("3 2\na 1 2\n\nb 3 4\n") ==
        "FILE:3: the line is empty, a word and 2 numbers are needed");
  CHECK(refusal("3 2\na 1 2\nb 1 2\na 3 4\n") ==
        "FILE:4: the word 'a' is there already, as number 1: each may be there once");
  CHECK(refusal("a 1 2\nb 3\n") ==
        "FILE:2: 1 numbers follow the word, 2 are needed: the line or the file is cut off");
  CHECK(refusal("In the beginning God created the heaven\n") ==
        "FILE:1: this begins no file of word vectors: the first line is neither 'words dim' nor a "
        "word and its numbers, and it is neither a safetensors file nor a fastText model");
}

TEST_CASE("Only the same bytes are the same word", "[embed][vector_file]") {
  const Folder folder;
  write_file(folder / "v", "3 1\nking 1\nKing 2\nKING 3\n");
  CHECK(read_vectors(folder / "v").size() == 3);
}

TEST_CASE("A damaged binary file is refused with its byte", "[embed][vector_file]") {
  const std::string a = "a " + floats({1, 2}), b = "b " + floats({3, 4});
  CHECK(refusal("2 2\n" + a + "\n" + "bbbb" + b.substr(0, 7)) ==
        "FILE: word 2, byte 15: 'bbbbb' needs 8 bytes of numbers, 5 are left: the file is cut off");
  CHECK(refusal("2 2\n" + a + "\n" + "bbbbbbbbbbb") ==
        "FILE: word 2, byte 15: the file is cut off");
  CHECK(
      refusal("2000000000 2\n" + a + "\n") ==
      "FILE:1: the first line names 2000000000 words of 2 numbers, only 11 bytes follow: the file "
      "is cut off");
  CHECK(
      refusal("1 4000000000000000000\n" + a + "\n") ==
      "FILE:1: the first line names 1 words of 4000000000000000000 numbers, only 11 bytes follow: "
      "the file is cut off");
  CHECK(refusal("1 2\n" + a + "\n" + b + "\n") ==
        "FILE: the first line names 1 words, the file goes on after them at byte 15");
  CHECK(refusal("2 2\n" + a + "\n" + "b " + floats({1, std::numeric_limits<float>::quiet_NaN()})) ==
        "FILE: word 2, byte 17: 'b' has a number that is not finite");
  CHECK(
      refusal("2 2\n" + a + "\n" + a) ==
      "FILE: word 2, byte 15: the word 'a' is there already, as number 1: each may be there once");
  CHECK(refusal("2 2\n" + a + "\n " + floats({1, 2})) ==
        "FILE: word 2, byte 15: the word is empty");
  CHECK(refusal("2 2\n" + a + "\nb\tc " + floats({1, 2})) ==
        "FILE: word 2, byte 15: the word 'b\tc' holds white space, which no word may");
}

TEST_CASE("A cut or changed safetensors file or fastText model is refused",
          "[embed][vector_file]") {
  const Folder folder;
  const std::string path = folder / "v";
  write_vectors(path, three(), VectorFormat::safetensors);
  const std::string good = read_file(path, Exit::failed);
  CHECK_THAT(refusal(good.substr(0, good.size() - 3)), Catch::Contains("FILE: cut short: "));
  std::string bad = good;
  bad.replace(bad.find("the\n"), 4, "t\ne\n");
  CHECK(refusal(bad) == "FILE: tensor 'words' has 4 words, tensor 'vectors' has 3 rows");
  const std::string model = golden_text("ft.bin");
  CHECK(refusal(model.substr(0, 30)) ==
        "FILE: byte 12: 24 bytes more are needed, 18 are left: the file is cut off");
  CHECK_THAT(refusal(model.substr(0, 400)), Catch::Contains("are left: the file is cut off") ||
                                                Catch::Contains("larger than the file"));
  std::string lie = model;
  lie[8] = 77;  // the dimension
  CHECK_THAT(refusal(lie), Catch::Contains("the matrix is [70, 4], 10 words and 60 buckets of "
                                           "dimension 77 need [70, 77]"));
  for (std::size_t size = 0; size < model.size() - 200; size += 7) {
    CHECK(refusal(model.substr(0, size)) != "no error");
  }
}

TEST_CASE("Files with wrong bytes are read or refused with exit code 5", "[embed][vector_file]") {
  const Folder folder;
  Rng rng(9);
  std::vector<std::string> files = {golden_text("ft.bin"), golden_text("gensim.bin")};
  for (const std::string& name : formats) {
    write_vectors(folder / "v", three(), vector_formats().find(name).make);
    files.push_back(read_file(folder / "v", Exit::failed));
  }
  for (const std::string& good : files) {
    for (int i = 0; i < 150; ++i) {
      std::string bad = good;
      for (int flips = i % 3; flips >= 0; --flips) {
        bad[rng.next() % std::min<std::size_t>(bad.size(), i % 2 == 0 ? 64 : 1 << 20)] =
            static_cast<char>(rng.next());
      }
      if (i % 5 == 0) bad.resize(rng.next() % bad.size());
      write_file(folder / "v", bad);
      try {
        const Vectors v = read_vectors(folder / "v");
        CHECK(v.rows.dim(0) == v.size());
        CHECK(not_finite(v.rows) == -1);
      } catch (const Error& e) {
        CHECK(e.exit() == Exit::damaged);
      }
    }
  }
}

TEST_CASE("Words that a file cannot hold are not written", "[embed][vector_file]") {
  const Folder folder;
  Vectors v = three();
  v.words[2] = "New York";
  for (const std::string& name : formats) {
    const std::string path = folder / "v";
    CHECK(failure([&] { write_vectors(path, v, vector_formats().find(name).make); }, Exit::usage) ==
          "cannot write '" + path +
              "': the word 'New York' holds white space, which no format can hold");
  }
  CHECK(folder.list().empty());
}

TEST_CASE("The ending of a name tells the format", "[embed][vector_file]") {
  const auto text = VectorFormat::word2vec_text;
  CHECK(format_of("a/b.bin", text) == VectorFormat::word2vec_binary);
  CHECK(format_of("b.vec", text) == VectorFormat::fasttext_vec);
  CHECK(format_of("b.glove", text) == VectorFormat::glove);
  CHECK(format_of("b.safetensors", text) == VectorFormat::safetensors);
  CHECK(format_of("b.txt", VectorFormat::glove) == text);
  CHECK(format_of("a.bin/b", text) == text);
  CHECK(format_of("b.xyz", text) == text);
}

TEST_CASE("A folder without vectors is refused", "[embed][vector_file]") {
  const Folder folder;
  CHECK(
      failure([&] { read_vectors(folder.path()); }, Exit::damaged) ==
      "'" + folder.path() +
          "' is a folder without last/model.safetensors: give a file of word vectors or the folder "
          "of a run of embed.word2vec");
}

TEST_CASE("Many words are read and written alike by any number of threads",
          "[embed][vector_file]") {
  const Folder folder;
  Vectors v;
  const std::int64_t count = 30'000, dim = 7;
  v.rows = Tensor::uninitialized({count, dim});
  for (std::int64_t i = 0; i < count; ++i) {
    v.words.push_back("word" + std::to_string(i * 7919 % count));
    for (std::int64_t j = 0; j < dim; ++j) {
      v.rows.mutable_data()[i * dim + j] =
          static_cast<float>(std::sin(static_cast<double>(i * dim + j)));
    }
  }
  std::string first;
  for (int threads : {1, 3}) {
    set_threads(threads);
    for (const char* name : {"word2vec", "glove", "word2vec-bin"}) {
      write_vectors(folder / name, v, vector_formats().find(name).make);
      const Vectors back = read_vectors(folder / name);
      CHECK(back.words == v.words);
      CHECK(std::ranges::equal(back.rows.values(), v.rows.values()));
    }
    std::string text = read_file(folder / "word2vec", Exit::failed);
    if (threads == 1) first = text;
    CHECK(text == first);
    text.replace(text.find("word77 ") + 7, 1, "x");
    write_file(folder / "bad", text);
    CHECK_THAT(failure([&] { read_vectors(folder / "bad"); }, Exit::damaged),
               Catch::Contains("is not a number"));
  }
  set_threads(1);
}

}  // namespace dlt::embed
