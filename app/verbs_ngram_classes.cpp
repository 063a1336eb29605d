#include "command_line.h"
#include "commands/ngram_classify.h"
#include "commands/ngram_features.h"
#include "verbs.h"

namespace dlt::app {
namespace {

// What is counted, for features and classes alike.
template <class Options>
void gram_options(CLI::App* sub, Options& o) {
  sub->add_option("--n", o.n, "lengths of the n-grams: 2 or 1-3")->capture_default_str();
  sub->add_option("--unit", o.unit, "words, chars or bytes")->capture_default_str();
  sub->add_flag("--lower", o.lower, "capital letters as small ones");
  sub->add_option("--min-count", o.min_count, "leave out what occurs less often")
      ->capture_default_str()
      ->check(integer(1));
  sub->add_option("--max-features", o.max_features, "keep that many of the most frequent; 0: all")
      ->capture_default_str()
      ->check(integer(0));
}

void add_features(CLI::App& group, int& code) {
  static FeaturesOptions o;  // filled while the command line is read
  static CLI::App* t = nullptr;
  t = verb(group, "features", "Key n-grams of texts, and each line as a sparse vector over them",
           "dlt ngram features data/raw/bible.txt --n 1-2 --min-count 2 --max-features 8000 "
           "-o bible.npz",
           code, [] {
             o.unit_given = t->count("--unit") > 0;
             o.n_given = t->count("--n") > 0;
             ngram_features(o);
           });
  t->add_option("files", o.files, "texts, plain or gzip (default: standard input)");
  gram_options(t, o);
  auto* list = t->add_option("--key-list", o.key_list,
                             "take these n-grams: a file of --keys-out, or one n-gram a line");
  t->get_option("--min-count")->excludes(list);
  t->get_option("--max-features")->excludes(list);
  t->add_option("--keys-out", o.keys_out,
                "the key n-grams with their counts (default: OUT's name with .keys.txt; without "
                "-o: standard output)");
  t->add_option("--labels", o.labels,
                "none, first-column (label<TAB>text) or file-name (a file for each class)")
      ->capture_default_str();
  t->add_option("--values", o.values, "counts, binary or tfidf")->capture_default_str();
  t->add_option("-o,--out", o.out,
                "the matrix: .npz (SciPy's CSR) or .svm, .libsvm, .txt (svmlight)");
  t->add_flag("--json", o.json, "JSON: the sizes, or without -o a line for each key n-gram");
}

struct ClassifyCommands {
  ClassifyTrainOptions train;
  ClassifyPredictOptions predict;
  ClassifyTestOptions test;
};

constexpr const char* by_name = "each file is a class that has its name, up to the first dot";
constexpr const char* labelled = "lines of label<TAB>text (default: standard input)";

}  // namespace

void add_ngram_classes(CLI::App& group, int& code) {
  add_features(group, code);
  static ClassifyCommands o;  // filled while the command line is read
  auto* classify =
      group.add_subcommand("classify", "Naive Bayes over n-grams: spam, languages ...");
  classify->footer("Example:\n  dlt ngram classify predict --model spam.nb \"win a free prize\"");
  classify->require_subcommand(1);

  auto* t = verb(*classify, "train", "Learn classes from labelled lines",
                 "dlt ngram classify train mail.tsv --lower --n 1-2 -o spam.nb", code,
                 [] { classify_train(o.train); });
  t->add_option("data", o.train.data, labelled);
  t->add_flag("--label-from-name", o.train.label_from_name, by_name);
  gram_options(t, o.train);
  t->add_option("--add", o.train.add, "added to every count")
      ->capture_default_str()
      ->check(number(1e-9, 1e9));
  t->add_option("-o,--out", o.train.out, "the model")->required();

  t = verb(*classify, "predict", "The likeliest classes of texts and their probabilities",
           "dlt ngram classify predict --model spam.nb --top 2 \"win a free prize\"", code,
           [] { classify_predict(o.predict); });
  t->add_option("texts", o.predict.texts, "what to classify (default: lines of standard input)");
  t->add_option("--model", o.predict.model, "made by classify train")->required();
  t->add_option("--top", o.predict.top, "classes to show of each text")
      ->capture_default_str()
      ->check(integer(1));
  t->add_flag("--json", o.predict.json, "a JSON object for each text");

  t = verb(*classify, "test", "Accuracy, precision, recall, F1 and who is taken for whom",
           "dlt ngram classify test --model spam.nb held-out.tsv --json", code,
           [] { classify_test(o.test); });
  t->add_option("data", o.test.data, labelled);
  t->add_option("--model", o.test.model, "made by classify train")->required();
  t->add_flag("--label-from-name", o.test.label_from_name, by_name);
  t->add_flag("--json", o.test.json, "one JSON object");
}

}  // namespace dlt::app
