#include "models/hf_tensors.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace dlt::models {
namespace {

// In tiles, so that both sides stay in the cache.
Tensor transpose(const Tensor& x) {
  constexpr std::int64_t tile = 32;
  const std::int64_t rows = x.dim(0), cols = x.dim(1);
  Tensor y = Tensor::uninitialized({cols, rows});
  const real* from = x.data();
  real* to = y.mutable_data();
  for (std::int64_t r0 = 0; r0 < rows; r0 += tile) {
    for (std::int64_t c0 = 0; c0 < cols; c0 += tile) {
      for (std::int64_t r = r0; r < std::min(r0 + tile, rows); ++r) {
        for (std::int64_t c = c0; c < std::min(c0 + tile, cols); ++c) {
          to[c * rows + r] = from[r * cols + c];
        }
      }
    }
  }
  return y;
}

void split(const Tensor& t, const std::vector<HfPart>& parts, nn::StateDict& theirs) {
  auto rest = t.values();
  for (const HfPart& part : parts) {
    const auto size = static_cast<std::size_t>(part.shape.size());
    theirs.emplace(part.name, Tensor::from(part.shape, rest.first(size)));
    rest = rest.subspan(size);
  }
}

// The name that `source` has for a tensor.
std::string name_in(const HfSource& source, const std::string& name, std::string_view prefix) {
  if (source.shapes.contains(name) || !name.starts_with(prefix)) return name;
  const std::string bare = name.substr(prefix.size());
  return source.shapes.contains(bare) ? bare : name;
}

void check(const HfSource& source, const std::vector<HfTensor>& rows, const HfHabits& habits) {
  std::set<std::string> wanted;
  for (const HfTensor& row : rows) {
    for (const HfPart& part : row.parts) {
      const auto found = source.shapes.find(name_in(source, part.name, habits.prefix));
      require(found != source.shapes.end(), Exit::damaged,
              "{}: tensor '{}' {}, which config.json asks for, is missing", source.where, part.name,
              part.shape);
      require(found->second == part.shape, Exit::damaged,
              "{}: tensor '{}' is {}, config.json asks for {}", source.where, found->first,
              found->second, part.shape);
      wanted.insert(found->first);
    }
  }
  for (const auto& [name, shape] : source.shapes) {
    require(wanted.contains(name) || habits.leftover(name), Exit::damaged,
            "{}: config.json asks for no tensor '{}' {}", source.where, name, shape);
  }
}

Tensor join(const HfTensor& row, const HfSource& source, std::string_view prefix) {
  if (row.parts.size() == 1) {
    const Tensor t = source.read(name_in(source, row.parts.front().name, prefix));
    return row.transposed ? t : t.reshape(row.shape);
  }
  Tensor whole = Tensor::uninitialized(row.shape);
  real* to = whole.mutable_data();
  for (const HfPart& part : row.parts) {
    to = std::ranges::copy(source.read(name_in(source, part.name, prefix)).values(), to).out;
  }
  return whole;
}

}  // namespace

void HfTable::joined(const std::string& ours, std::int64_t in, bool bias,
                     const std::vector<Share>& shares) {
  HfTensor weight{ours + ".weight", {0, in}, {}}, biases{ours + ".bias", {0}, {}};
  std::int64_t rows = 0;
  for (const Share& s : shares) {
    weight.parts.push_back({s.name + ".weight", {s.rows, in}});
    biases.parts.push_back({s.name + ".bias", {s.rows}});
    rows += s.rows;
  }
  weight.shape = {rows, in};
  biases.shape = {rows};
  rows_.push_back(std::move(weight));
  if (bias) rows_.push_back(std::move(biases));
}

nn::StateDict to_hf(const nn::StateDict& ours, const std::vector<HfTensor>& rows) {
  nn::StateDict theirs;
  for (const HfTensor& row : rows) {
    const auto found = ours.find(row.ours);
    require(row.absent || (found != ours.end() && found->second.shape() == row.shape),
            "to_hf: there is no '{}' {}", row.ours, row.shape);
    const Tensor t = row.absent ? Tensor::zeros(row.shape) : found->second.detach();
    if (row.parts.size() > 1) {
      split(t, row.parts, theirs);
    } else {
      const HfPart& part = row.parts.front();
      theirs.emplace(part.name, row.transposed ? transpose(t) : t.reshape(part.shape));
    }
  }
  return theirs;
}

nn::StateDict from_hf(const HfSource& source, const std::vector<HfTensor>& rows,
                      const HfHabits& habits) {
  check(source, rows, habits);
  nn::StateDict ours;
  for (const HfTensor& row : rows) {
    if (row.absent) continue;
    const Tensor t = join(row, source, habits.prefix);
    ours.emplace(row.ours, row.transposed ? transpose(t) : t);
  }
  return ours;
}

}  // namespace dlt::models
