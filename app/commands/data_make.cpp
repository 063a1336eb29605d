#include "commands/data_make.h"

#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "train/progress.h"

namespace dlt::app {
namespace {

// Line i is a function of the seed and i.
void write_lines(const DataMakeOptions& o, const std::function<std::string(Rng&)>& draw) {
  NewFile file(o.out);
  train::Progress progress(train::Progress::Quiet::no);
  for (std::int64_t i = 0; i < o.count; ++i) {
    Rng rng(derive(static_cast<std::uint64_t>(o.seed), static_cast<std::uint64_t>(i)));
    file.write(draw(rng) + "\n");
    progress.stage("sequences", static_cast<double>(i + 1) / static_cast<double>(o.count));
  }
  file.commit();
}

}  // namespace

void data_make(const ListOpsOptions& o) {
  const std::int64_t shortest = o.min_length < 0 ? o.length / 4 : o.min_length;
  require(shortest <= o.length, Exit::usage,
          "--min-length {} is more than --length {}: no expression fits both", shortest, o.length);
  const data::listops::Sizes sizes{o.length, shortest, o.depth, o.arguments};
  write_lines(o, [&](Rng& rng) {
    const auto ids = data::listops::draw(sizes, rng);
    return fmt::format("{}\t{}", data::listops::written(ids), *data::listops::value(ids));
  });
}

void data_make(const CopyOptions& o) {
  require(o.task.tokens <= o.task.length, Exit::usage,
          "--tokens {} are more than --length {}: they must have a place each", o.task.tokens,
          o.task.length);
  write_lines(o, [&](Rng& rng) { return data::written(o.task.draw(rng)); });
}

void data_make(const InductionOptions& o) {
  write_lines(o, [&](Rng& rng) { return data::written(o.task.draw(rng)); });
}

}  // namespace dlt::app
