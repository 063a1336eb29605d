#include "models/vision/import.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "io/safetensors.h"
#include "models/vision/classifiers.h"
#include "models/vision/network.h"
#include "train/files.h"

namespace dlt::models {
namespace {

using nlohmann::ordered_json;
using vision::Classifier, vision::Graph;

constexpr std::string_view counter = ".num_batches_tracked";  // that files may leave out

struct Candidate {
  const Classifier* kind;
  const std::string* variant;
  Shape input;
  std::int64_t classes;
};

Graph graph_of(const Candidate& c) {
  auto reader = config::Reader::parse_text(*c.variant, "variant");
  return c.kind->read(reader)(c.input, c.classes);
}

// The first and the last step with weights on the way to the output.
std::pair<std::string, std::string> ends_of(const Graph& graph) {
  const auto used = vision::needed(graph);
  std::string first, last;
  for (std::size_t i = 0; i < used.size(); ++i) {
    const std::string& name = graph.steps()[i].name;
    if (!used[i] || name.empty()) continue;
    if (first.empty()) first = name + ".weight";
    last = name + ".weight";
  }
  return {first, last};
}

// A variant for the channels and classes that the file has, if it has its first and last layer.
std::optional<Candidate> candidate(const Classifier& kind, const std::string& variant,
                                   const io::SafetensorsFile& file) {
  const Candidate usual = {&kind, &variant, {3, kind.side, kind.side}, 1000};
  const auto [first, last] = ends_of(graph_of(usual));
  const auto& all = file.entries();
  const auto from = all.find(first), to = all.find(last);
  if (from == all.end() || to == all.end()) return std::nullopt;
  const Shape &in = from->second.shape, &out = to->second.shape;
  if (in.rank() != 4 || in.dim(1) < 1 || out.rank() < 2 || out.dim(0) < 1) return std::nullopt;
  return Candidate{&kind, &variant, {in.dim(1), kind.side, kind.side}, out.dim(0)};
}

struct Differences {
  std::int64_t count = 0;
  std::string first;
};

Differences compare(const nn::StateDict& ours, const io::SafetensorsFile& file) {
  Differences d;
  const auto differ = [&](const std::string& what) {
    if (d.count++ == 0) d.first = what;
  };
  for (const auto& [name, t] : ours) {
    const auto it = file.entries().find(name);
    if (it == file.entries().end()) {
      if (!name.ends_with(counter)) differ(fmt::format("it has no '{}' {}", name, t.shape()));
    } else if (it->second.shape != t.shape()) {
      differ(fmt::format("'{}' is {}, not {}", name, it->second.shape, t.shape()));
    }
  }
  for (const auto& [name, entry] : file.entries()) {
    if (!ours.contains(name)) differ(fmt::format("there is no '{}' {}", name, entry.shape));
  }
  return d;
}

nn::StateDict read(const io::SafetensorsFile& file, const nn::StateDict& ours) {
  nn::StateDict weights;
  for (const auto& [name, t] : ours) {
    const auto it = file.entries().find(name);
    if (!name.ends_with(counter)) {
      weights.emplace(name, file.tensor(name));
    } else if (it == file.entries().end()) {
      weights.emplace(name, Tensor::zeros({}));
    } else {
      const bool whole = it->second.dtype.starts_with('I');
      weights.emplace(
          name, whole ? Tensor::from({}, {static_cast<real>(file.indices(name).values().front())})
                      : file.tensor(name));
    }
  }
  return weights;
}

std::string run_config(const Candidate& c) {
  ordered_json model = {{"name", c.kind->name}};
  model.update(ordered_json::parse(*c.variant));
  model["input"] = c.input.dims();
  model["classes"] = c.classes;
  const ordered_json whole = {{"seed", 1}, {"model", model}, {"train", ordered_json::object()}};
  return whole.dump(2);
}

[[noreturn]] void unknown(const io::SafetensorsFile& file, const std::string& nearest) {
  std::string known;
  for (const Classifier& c : vision::classifiers()) {
    known += (known.empty() ? "" : ", ") + std::string(c.name);
  }
  fail(Exit::damaged, "'{}': its tensors are of no classifier that is known ({}){}", file.path(),
       known, nearest);
}

}  // namespace

ImportedClassifier import_classifier(const std::string& path) {
  const io::SafetensorsFile file(train::is_folder(path) ? path + "/model.safetensors" : path);
  Differences least;
  std::string nearest;
  for (const Classifier& kind : vision::classifiers()) {
    for (const std::string& variant : kind.variants) {
      const auto c = candidate(kind, variant, file);
      if (!c) continue;
      nn::Params params = nn::Params::blank();
      const vision::Network net{nn::Scope(params), graph_of(*c)};
      const Differences d = compare(params.all(), file);
      if (d.count == 0) {
        return {std::string(kind.name), run_config(*c), net.graph(), read(file, params.all())};
      }
      if (!nearest.empty() && d.count >= least.count) continue;
      least = d;
      nearest = fmt::format("; for {} {} {}", kind.name, variant, d.first);
    }
  }
  unknown(file, nearest);
}

}  // namespace dlt::models
