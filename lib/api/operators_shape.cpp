#include <cstdint>

#include "api/families.h"
#include "ops/shape.h"

namespace dlt::api {
namespace {

using ops::Dims;

constexpr std::int64_t most = (std::int64_t{1} << 31) - 1;  // elements of a result
constexpr std::int64_t most_padding = 1 << 20, most_classes = 1 << 24;

Call permute(config::Reader& at) {
  at.need("dims", "a list of axes");
  Dims dims;
  at.field("dims", dims);
  return [dims](const Inputs& in) { return Outputs{ops::permute(in["x"], dims)}; };
}

Call reshape(config::Reader& at) {
  at.need("shape", "a list of sizes");
  Dims shape;
  at.field("shape", shape, -1, most);
  return [shape](const Inputs& in) { return Outputs{ops::reshape(in["x"], Shape(shape))}; };
}

Call expand(config::Reader& at) {
  at.need("shape", "a list of sizes");
  Dims shape;
  at.field("shape", shape, -1, most);
  return [shape](const Inputs& in) { return Outputs{ops::expand(in["x"], Shape(shape))}; };
}

Call slice(config::Reader& at) {
  std::int64_t dim = 0, start = 0, stop = INT64_MAX, step = 1;
  at.field("dim", dim, INT64_MIN);
  at.field("start", start, INT64_MIN);
  at.field("stop", stop, INT64_MIN);
  at.field("step", step, 1);
  return [=](const Inputs& in) { return Outputs{ops::slice(in["x"], dim, start, stop, step)}; };
}

// What joins many along one axis.
template <Tensor (*f)(const std::vector<Tensor>&, std::int64_t)>
Call join(config::Reader& at) {
  std::int64_t dim = 0;
  at.field("dim", dim, INT64_MIN);
  return [dim](const Inputs& in) { return Outputs{f(in.all(), dim)}; };
}

Call flip(config::Reader& at) {
  at.need("dims", "a list of axes");
  Dims dims;
  at.field("dims", dims);
  return [dims](const Inputs& in) { return Outputs{ops::flip(in["x"], dims)}; };
}

Call roll(config::Reader& at) {
  at.need("shift", "an integer");
  std::int64_t shift = 0, dim = 0;
  at.field("shift", shift, INT64_MIN);
  at.field("dim", dim, INT64_MIN);
  return [=](const Inputs& in) { return Outputs{ops::roll(in["x"], shift, dim)}; };
}

Call pad(config::Reader& at) {
  at.need("pad", "a list of amounts: before and after for the last axis, then the one before");
  Dims amounts;
  ops::Pad mode = ops::Pad::constant;
  double value = 0;
  at.field("pad", amounts, -most_padding, most_padding);
  at.choice("mode", mode,
            {{"constant", ops::Pad::constant},
             {"reflect", ops::Pad::reflect},
             {"replicate", ops::Pad::replicate}});
  at.field("value", value, -3e38, 3e38);
  return [=](const Inputs& in) { return Outputs{ops::pad(in["x"], amounts, mode, value)}; };
}

template <Tensor (*f)(const Tensor&, std::int64_t)>
Call triangle(config::Reader& at) {
  std::int64_t diagonal = 0;
  at.field("diagonal", diagonal, INT64_MIN);
  return [diagonal](const Inputs& in) { return Outputs{f(in["x"], diagonal)}; };
}

template <Tensor (*f)(const Tensor&, std::int64_t, const Indices&)>
Call look_up(config::Reader& at) {
  at.need("dim", "an axis");
  std::int64_t dim = 0;
  at.field("dim", dim, INT64_MIN);
  return [dim](const Inputs& in) { return Outputs{f(in["x"], dim, in.indices("index"))}; };
}

Call scatter_add(config::Reader& at) {
  at.need("dim", "an axis");
  std::int64_t dim = 0;
  at.field("dim", dim, INT64_MIN);
  return [dim](const Inputs& in) {
    return Outputs{ops::scatter_add(in["x"], dim, in.indices("index"), in["src"])};
  };
}

Call embedding(config::Reader& at) {
  std::int64_t padding = ops::no_padding;
  at.field("padding_idx", padding, ops::no_padding, most);
  return [padding](const Inputs& in) {
    return Outputs{ops::embedding(in["weight"], in.indices("index"), padding)};
  };
}

Call embedding_bag(config::Reader& at) {
  ops::Bag mode = ops::Bag::mean;
  at.choice("mode", mode, {{"mean", ops::Bag::mean}, {"sum", ops::Bag::sum}});
  return [mode](const Inputs& in) {
    return Outputs{
        ops::embedding_bag(in["weight"], in.indices("index"), in.indices("offsets"), mode)};
  };
}

Call one_hot(config::Reader& at) {
  at.need("num_classes", "an integer");
  std::int64_t classes = 1;
  at.field("num_classes", classes, 1, most_classes);
  return
      [classes](const Inputs& in) { return Outputs{ops::one_hot(in.indices("index"), classes)}; };
}

Entries moving() {
  return {
      {{"array.permute", "permute"},
       "axes in another order",
       {"x -> y", permute, R"({"dims": [2, 0, -2]})", "x[2, 3, 5]"}},
      {{"array.reshape", "reshape"},
       "the same numbers in another shape, of which one size may be -1",
       {"x -> y", reshape, R"({"shape": [-1, 2]})", "x[3, 4]"}},
      {{"array.expand", "expand"},
       "axes of size 1 repeated, and new ones in front",
       {"x -> y", expand, R"({"shape": [2, 3, -1, 4]})", "x[3, 1, 4]"}},
      {{"array.slice", "slice"},
       "every step-th element from start to before stop along an axis",
       {"x -> y", slice, R"({"dim": 1, "start": 1, "stop": -1, "step": 2})", "x[3, 7, 2]"}},
      {{"array.cat", "cat", "concat"},
       "one behind the other along an axis",
       {"x... -> y", join<ops::cat>, R"({"dim": 1})", "a[2, 3, 2], b[2, 1, 2], c[2, 2, 2]"}},
      {{"array.stack", "stack"},
       "side by side along a new axis",
       {"x... -> y", join<ops::stack>, R"({"dim": -1})", "a[2, 3], b[2, 3]"}},
      {{"array.flip", "flip", "reverse"},
       "axes in reverse order",
       {"x -> y", flip, R"({"dims": [0, -1]})", "x[3, 2, 5]"}},
      {{"array.roll", "roll"},
       "shifted along an axis, the last elements coming round",
       {"x -> y", roll, R"({"shift": 2, "dim": 1})", "x[2, 5, 3]"}},
      {{"array.pad", "pad", "nn.pad"},
       "axes made longer by a constant, by reflection or by repeating the ends",
       {"x -> y", pad, R"({"pad": [2, 1, 1, 2], "mode": "reflect"})", "x[2, 3, 4]"}},
      {{"array.tril", "tril"},
       "lower triangles of matrices, up to a diagonal",
       {"x -> y", triangle<ops::tril>, R"({"diagonal": -1})", "x[2, 4, 3]"}},
      {{"array.triu", "triu"},
       "upper triangles of matrices, from a diagonal on",
       {"x -> y", triangle<ops::triu>, R"({"diagonal": 1})", "x[2, 3, 5]"}},
  };
}

Entries by_index() {
  return {
      {{"array.gather", "gather"},
       "for each element of the index the one of x at that place along an axis",
       {"x, index:int -> y", look_up<ops::gather>, R"({"dim": 1})",
        "x[3, 4, 2], index:int[2, 5, 2] 0..3"}},
      {{"array.index_select", "index_select"},
       "the slices of x along an axis that the index names",
       {"x, index:int -> y", look_up<ops::index_select>, R"({"dim": 1})",
        "x[2, 4, 3], index:int[6] 0..3"}},
      {{"array.scatter_add", "scatter_add"},
       "x with the elements of src added where the index says along an axis",
       {"x, index:int, src -> y", scatter_add, R"({"dim": 1})",
        "x[3, 4, 2], index:int[2, 5, 2] 0..3, src[3, 5, 2]"}},
      {{"nn.embedding", "embedding"},
       "rows of a table; the row padding_idx (-1: none) does not learn",
       {"weight, index:int -> y", embedding, "{}", "weight[5, 3], index:int[2, 4] 0..4"}},
      {{"nn.embedding_bag", "embedding_bag"},
       "mean or sum of rows of a table for each bag of ids; a bag ends where the next begins",
       {"weight, index:int, offsets:int -> y", embedding_bag, "{}",
        "weight[5, 3], index:int[6] 0..4, offsets:int[1] 0..0"}},
      {{"array.one_hot", "one_hot", "nn.one_hot"},
       "1 at the place the index names, 0 elsewhere, along a new last axis",
       {"index:int -> y:int", one_hot, R"({"num_classes": 6})", "index:int[2, 3] 0..5"}},
  };
}

}  // namespace

Entries shape_operators() {
  Entries rows = moving();
  for (auto& row : by_index()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace dlt::api
