#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

Ended works(const Args& args, const Around& around = {}) {
  Ended run = dlt(args, around);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run;
}

Args features(const Args& more) {
  Args args = {"ngram", "features"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Args classify(const Args& more) {
  Args args = {"ngram", "classify"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

}  // namespace

TEST_CASE("dlt ngram features prints key n-grams", "[cli][ngram][features]") {
  const Around in = {.in = "b a b\na c\n"};
  CHECK(works(features({"--n", "1-2", "--min-count", "2", "--max-features", "8000"}), in).out ==
        "#dlt-keys\twords\t1-2\tas-is\t2\na\t2\t2\nb\t2\t1\n");
  CHECK(works(features({"--n", "2", "--json", "--max-features", "1"}), in).out ==
        "{\"gram\":\"a b\",\"count\":1,\"lines\":1}\n");
}

TEST_CASE("dlt ngram features writes the matrix, its keys and its labels",
          "[cli][ngram][features]") {
  const Folder folder;
  put(folder / "t.tsv", "ham\tB a b\nspam\ta c\nham\tx\n");
  const Ended run = works(features({folder / "t.tsv", "--labels", "first-column", "--n", "1",
                                    "--min-count", "2", "--lower", "-o", folder / "m.svm"}));
  CHECK(run.out == "");
  CHECK(run.err == (folder / "m.svm") + ": 3 rows, 2 features, 3 values that are not 0\n");
  CHECK(contents(folder / "m.svm") == "0 1:1 2:2\n1 1:1\n0\n");
  CHECK(contents(folder / "m.keys.txt") == "#dlt-keys\twords\t1\tlower\t3\na\t2\t2\nb\t2\t1\n");
  CHECK(contents(folder / "m.labels.txt") == "ham\nspam\n");

  const json sizes = json::parse(
      works(features({"--key-list", folder / "m.keys.txt", "-o", folder / "new.npz", "--json"}),
            {.in = "c\nA b\n\n"})
          .out);
  CHECK(sizes == json{{"features", 2}, {"rows", 3}, {"values", 2}, {"labels", 0}});
  CHECK(folder.list() == Args{"m.keys.txt", "m.labels.txt", "m.svm", "new.npz", "t.tsv"});
}

TEST_CASE("dlt ngram features refuses what cannot be done", "[cli][ngram][features]") {
  const Folder folder;
  const std::string t = folder / "t.txt", k = folder / "k.txt";
  put(t, "a b\n");
  put(k, "#dlt-keys\tchars\t1-2\tas-is\t3\na\t1\t1\n");
  refuses(features({t, "--n", "3-1"}), 2,
          "--n: expected a length from 1 to 9 or a range such as 1-3, got '3-1'");
  refuses(features({t, "--unit", "letters"}), 2,
          "--unit: expected words, chars or bytes, got 'letters'");
  refuses(features({t, "--labels", "last"}), 2,
          "--labels: expected none, first-column or file-name, got 'last'");
  refuses(features({t, "--values", "logs"}), 2,
          "--values: expected counts, binary or tfidf, got 'logs'");
  refuses(features({t, "--values", "binary"}), 2,
          "--values binary needs -o: it is about the matrix");
  refuses(features({t, "--min-count", "2"}), 3,
          "no n-gram occurs 2 times or more, the most frequent 1: lower --min-count");
  refuses(features({t, "--key-list", k, "--unit", "words"}), 2,
          "--unit words does not fit the key list '" + k +
              "', which was made with chars: leave --unit out, or make a new list");
  refuses(features({t, "-o", folder / "m.csv"}), 2,
          "cannot tell the format of '" + (folder / "m.csv") +
              "': end it in .npz, .svm, .libsvm or .txt");
  refuses(features({t, "-o", t}), 2,
          "'" + t + "' is read and cannot be written too: give the name of another file");
  refuses(features({t, "-"}), 2,
          "standard input cannot be read together with files: give one or the other");
  refuses(features({}), 3, "there is no text to count n-grams in");
  put(folder / "u.txt", "a\n");
  refuses(features({t, "--key-list", folder / "u.txt", "--keys-out", folder / "v.txt"}), 2,
          "--keys-out: '" + (folder / "u.txt") + "' has no counts to write");
  CHECK(folder.list() == Args{"k.txt", "t.txt", "u.txt"});
}

TEST_CASE("dlt ngram classify tells spam from mail", "[cli][ngram][classify]") {
  const Folder folder;
  const std::string model = folder / "spam.nb";
  const Ended run =
      works(classify({"train", "data/fixtures/spam.tsv", "--n", "1", "--lower", "-o", model}));
  CHECK_THAT(run.err, Contains(model + ": 2 classes, 20 lines, "));
  const Ended two = works(classify({"predict", "--model", model, "Claim your FREE cash prize now",
                                    "see you at the meeting tomorrow"}));
  CHECK_THAT(two.out, Catch::StartsWith("spam\t") && Contains("\nham\t"));

  const std::string out =
      works(classify({"predict", "--model", model, "--top", "2", "--json"}), {.in = "win a prize"})
          .out;
  const json one = json::parse(out);
  CHECK(one["text"] == "win a prize");
  CHECK(one["label"] == "spam");
  REQUIRE(one["classes"].size() == 2);
  const double first = one["classes"][0]["probability"], second = one["classes"][1]["probability"];
  CHECK(first + second == Approx(1));
  CHECK(first > 0.9);
}

TEST_CASE("dlt ngram classify test prints how well it does", "[cli][ngram][classify]") {
  const Folder folder;
  const std::string model = folder / "m.nb", data = folder / "d.tsv";
  put(folder / "en.txt", "the cat\nthe dog\n");
  put(folder / "fr.txt", "le chat\nle chien\n");
  works(
      classify({"train", "--label-from-name", folder / "en.txt", folder / "fr.txt", "-o", model}));
  put(data, "en\tthe chat\nfr\tle dog le\nfr\tthe the\n");
  CHECK(works(classify({"test", "--model", model, data})).out ==
        "accuracy 0.666667 (2 of 3 lines), macro-F1 0.666667\n\n"
        "     class   lines precision  recall      F1      1     2\n"
        "   1 en          1    0.5000  1.0000  0.6667      1     .\n"
        "   2 fr          2    1.0000  0.5000  0.6667      1     1\n");
  const json all = json::parse(
      works(classify({"test", "--model", model, "--json"}), {.in = contents(data)}).out);
  CHECK(all["lines"] == 3);
  CHECK(all["confusion"] == json::parse("[[1, 0], [1, 1]]"));
  CHECK(all["classes"][1]["recall"] == 0.5);
}

TEST_CASE("dlt ngram classify refuses what cannot be done", "[cli][ngram][classify]") {
  const Folder folder;
  const std::string model = folder / "m.nb", data = folder / "d.tsv", one = folder / "one.tsv";
  put(data, "ham\ta b\nspam\tc d\n");
  put(one, "ham\ta b\n");
  refuses(classify({"train", one, "-o", model}), 3,
          "all 1 lines have the label 'ham': classes need at least two labels");
  refuses(classify({"train", data, "-o", model, "--n", "2-10"}), 2,
          "--n: expected a length from 1 to 9 or a range such as 1-3, got '2-10'");
  refuses(classify({"train", data, "-o", data}), 2,
          "'" + data + "' is read and cannot be written too: give the name of another file");
  refuses(classify({"train", data, "--add", "0", "-o", model}), 2,
          "--add: expected a number in [1e-09, 1000000000], got '0' (see `dlt ngram classify "
          "train --help`)");
  refuses(classify({"train", "-o", model, "--label-from-name"}), 2,
          "standard input has no name to take a label from: give files, or lines of "
          "label<TAB>text");
  refuses(classify({"train", "-o", model}), 3,
          "standard input:1: there is no text behind the "
          "label 'ham'",
          {.in = "ham\t\n"});
  CHECK(folder.list() == Args{"d.tsv", "one.tsv"});

  works(classify({"train", data, "-o", model}));
  put(one, "ham\ta\nhum\tb\n");
  refuses(classify({"test", "--model", model, one}), 3,
          one + ":2: the model has no class 'hum'; did you mean 'ham'?");
  refuses(classify({"test", "--model", model}), 3, "there is no text to test with");
  refuses(classify({"predict", "--model", data, "x"}), 5,
          "'" + data + "' is not a model of dlt ngram classify: it does not begin as one");
  put(model, contents(model).substr(0, 100));
  refuses(classify({"predict", "--model", model, "x"}), 5,
          "'" + model + "' is damaged: copy it again, or train it again");
  refuses(classify({"predict", "--model", folder / "no.nb", "x"}), 2,
          "cannot open '" + (folder / "no.nb") + "': No such file or directory");
}

}  // namespace dlt::test
