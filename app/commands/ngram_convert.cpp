#include "commands/ngram_convert.h"

#include <cstdio>
#include <filesystem>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "ngram/model_file.h"
#include "train/files.h"

namespace dlt::app {
namespace {

using ngram::Model, ngram::Tables;
using nlohmann::ordered_json;

enum class Format : std::uint8_t { arpa, own };

Format format_of(const std::string& out) {
  if (out == "-" || out.ends_with(".arpa") || out.ends_with(".arpa.gz")) return Format::arpa;
  require(out.ends_with(".ngram"), Exit::usage,
          "'{}': the name must end in .arpa, .arpa.gz or .ngram to say what to write", out);
  return Format::own;
}

// Where a model is opened by Model::open(); all else is taken for an ARPA file.
bool is_own(const std::string& path) {
  if (path == "-") return false;
  if (!train::exists(path) || train::is_folder(path)) return true;
  return MappedFile(path, Exit::data).text().starts_with(ngram::model_magic);
}

Tables read(const std::string& path) {
  if (is_own(path)) return Model::open(path).tables();
  std::vector<std::string> warnings;
  Tables tables = ngram::read_arpa(path, &warnings);
  for (const std::string& warning : warnings) fmt::print(stderr, "dlt: warning: {}\n", warning);
  return tables;
}

// Of what the model was made; an empty object where that is not told.
ordered_json made(const ngram::About& about) {
  auto json = ordered_json::parse(about.made, nullptr, false);
  return json.is_object() ? json : ordered_json::object();
}

ngram::ArpaStyle style_of(const ngram::About& about) {
  const auto json = made(about);
  const auto style = json.find("style");
  return style != json.end() && *style == "kenlm" ? ngram::ArpaStyle::kenlm
                                                  : ngram::ArpaStyle::srilm;
}

std::uint64_t bytes_of(const std::string& path) {
  std::error_code code;
  const auto bytes = std::filesystem::file_size(path, code);
  return code ? 0 : bytes;
}

struct FileSize {
  const char* key;
  std::string name;
};

void print_sizes(const Model& model, const std::vector<FileSize>& files, bool json, std::FILE* to) {
  if (json) {
    ordered_json all = {{"order", model.order()}, {"ngrams", ordered_json::array()}};
    for (int n = 1; n <= model.order(); ++n) all["ngrams"].push_back(model.count(n));
    for (const auto& [key, name] : files) all[key] = {{"file", name}, {"bytes", bytes_of(name)}};
    fmt::print(to, "{}\n", all.dump(2));
    return;
  }
  for (int n = 1; n <= model.order(); ++n) {
    fmt::print(to, "{:>14}  {}-grams\n", model.count(n), n);
  }
  for (const FileSize& file : files) {
    fmt::print(to, "{:>14}  bytes  {}\n", bytes_of(file.name), file.name);
  }
}

std::string_view name_of(ngram::Unit unit) {
  return unit == ngram::Unit::words ? "words" : unit == ngram::Unit::chars ? "chars" : "bytes";
}

ordered_json info_json(const Model& model, const std::string& file) {
  ordered_json all = {{"file", file}, {"bytes", bytes_of(file)}, {"order", model.order()}};
  all["unit"] = name_of(model.about().unit);
  all["values"] = model.values() == ngram::Values::exact ? "exact" : "quantized";
  all["vocabulary"] = model.vocabulary().size();
  all["ngrams"] = ordered_json::array();
  for (int n = 1; n <= model.order(); ++n) all["ngrams"].push_back(model.count(n));
  all["made"] = made(model.about());
  return all;
}

}  // namespace

void ngram_convert(const NgramConvertOptions& o) {
  const Format format = format_of(o.out);
  require(format == Format::own || !o.quantize, Exit::usage,
          "--quantize is for files that end in .ngram: an ARPA file has all its numbers");
  require(format == Format::arpa || !o.style, Exit::usage,
          "--style is for ARPA files, '{}' will be none", o.out);
  require(o.in == "-" || !same_file(o.in, o.out), Exit::usage,
          "'{}' is the model that is read: give the result another name", o.out);
  Tables tables = read(o.in);
  if (o.unit) tables.about.unit = *o.unit;
  const auto values = o.quantize ? ngram::Values::quantized : ngram::Values::exact;
  if (format == Format::own) ngram::write_model(o.out, tables, values);
  const Model model = format == Format::own ? Model::open(o.out) : Model::of(tables);
  if (format == Format::arpa) {
    if (tables.about.absent_bow != 0) {
      fmt::print(stderr,
                 "dlt: warning: in ARPA files, backing off from an unknown context costs "
                 "nothing: scores will differ from those of '{}'\n",
                 o.in);
    }
    ngram::write_arpa(o.out, model, o.style.value_or(style_of(tables.about)));
  }
  std::vector<FileSize> files;
  if (o.in != "-") files.push_back({"in", o.in});
  if (o.out != "-") files.push_back({"out", o.out});
  print_sizes(model, files, o.json, o.out == "-" ? stderr : stdout);
}

void ngram_info(const NgramInfoOptions& o) {
  const Model model = Model::open(o.model);
  const ordered_json all = info_json(model, o.model);
  if (o.json) {
    fmt::print("{}\n", all.dump(2));
    return;
  }
  fmt::print("order       {}\nunit        {}\nvalues      {}\nvocabulary  {}\n", model.order(),
             name_of(model.about().unit), all["values"].get<std::string>(),
             model.vocabulary().size());
  for (int n = 1; n <= model.order(); ++n) fmt::print("{}-grams     {}\n", n, model.count(n));
  fmt::print("bytes       {}\nmade        {}\n", bytes_of(o.model), all["made"].dump());
}

}  // namespace dlt::app
