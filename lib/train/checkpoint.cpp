#include "train/checkpoint.h"

#include <charconv>

#include "base/error.h"
#include "io/safetensors.h"

namespace dlt::train {
namespace {

const std::string raw = "raw.";  // before the names of parameters in state.safetensors

std::string model_in(const std::string& folder) { return folder + "/model.safetensors"; }
std::string state_in(const std::string& folder) { return folder + "/state.safetensors"; }

template <class T>
T number(const io::SafetensorsFile& file, const std::string& key) {
  const auto it = file.metadata().find(key);
  require(it != file.metadata().end(), Exit::damaged, "'{}' is damaged: its metadata has no '{}'",
          file.path(), key);
  const std::string& text = it->second;
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(problem == std::errc() && end == text.data() + text.size(), Exit::damaged,
          "'{}' is damaged: '{}' in its metadata is '{}', not a number", file.path(), key, text);
  return value;
}

Place read_place(const io::SafetensorsFile& file) {
  Place p;
  p.step = number<std::int64_t>(file, "step");
  p.schedule_end = number<std::int64_t>(file, "schedule_end");
  p.loss_sum = number<double>(file, "loss_sum");
  p.loss_count = number<std::int64_t>(file, "loss_count");
  if (file.metadata().contains("metric")) p.metric = number<double>(file, "metric");
  return p;
}

void save(const std::string& folder, const Place& place, const nn::StateDict& weights,
          const nn::StateDict& state) {
  io::write_safetensors(model_in(folder),
                        {weights, {}, {{"format", "pt"}, {"step", std::to_string(place.step)}}});
  io::Metadata metadata = {{"dlt", DLT_VERSION},
                           {"step", std::to_string(place.step)},
                           {"schedule_end", std::to_string(place.schedule_end)},
                           {"loss_sum", fmt::format("{}", place.loss_sum)},
                           {"loss_count", std::to_string(place.loss_count)}};
  if (place.metric) metadata["metric"] = fmt::format("{}", *place.metric);
  io::write_safetensors(state_in(folder), {state, {}, std::move(metadata)});
}

// Takes the parameters out of what a state.safetensors holds.
nn::StateDict take_raw(nn::StateDict& state) {
  nn::StateDict weights;
  for (auto at = state.lower_bound(raw); at != state.end() && at->first.starts_with(raw);) {
    weights.emplace(at->first.substr(raw.size()), at->second);
    at = state.erase(at);
  }
  return weights;
}

}  // namespace

void save_checkpoint(const std::string& folder, const Place& place, const nn::Params& params,
                     const optim::Optimizer& optimizer, const optim::Ema* ema) {
  nn::StateDict state = optimizer.state();
  if (ema != nullptr) {
    for (const auto& [name, t] : params.all()) state[raw + name] = t;
  }
  save(folder, place, ema == nullptr ? params.all() : ema->averages(), state);
}

void save_start(const std::string& folder, const nn::StateDict& weights) {
  save(folder, Place{}, weights, {});
}

void load_weights(const std::string& folder, nn::Params& params) {
  const io::SafetensorsFile file(model_in(folder));
  const Frame frame("file", file.path());
  params.load(file.tensors());
}

Place load_checkpoint(const std::string& folder, nn::Params& params, optim::Optimizer& optimizer,
                      optim::Ema* ema) {
  load_weights(folder, params);
  if (ema != nullptr) ema->load(params.all());
  const io::SafetensorsFile file(state_in(folder));
  const Frame frame("file", file.path());
  const Place place = read_place(file);
  if (place.step == 0) return place;
  nn::StateDict state = file.tensors();
  if (ema != nullptr) params.load(take_raw(state));
  optimizer.load(state, place.step);
  return place;
}

Place read_place(const std::string& folder) {
  return read_place(io::SafetensorsFile(state_in(folder)));
}

}  // namespace dlt::train
