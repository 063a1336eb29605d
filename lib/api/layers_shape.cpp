#include "api/layer_families.h"
#include "ops/shape.h"

namespace dlt::api {
namespace {

Layer flatten(config::Reader& r, const nn::Scope&, const Shape&) {
  std::int64_t from = 1;
  r.field("start_dim", from, 1, 16);
  return {[from](const Tensor& x, nn::Pass&) {
    require(x.shape().rank() > from, "flatten: input {} has no axis {}", x.shape(), from);
    const auto& dims = x.shape().dims();
    std::vector<std::int64_t> flat(dims.begin(), dims.begin() + from);
    std::int64_t rest = 1;
    for (auto d = dims.begin() + from; d != dims.end(); ++d) rest *= *d;
    flat.push_back(rest);
    return ops::reshape(x, Shape(std::move(flat)));
  }};
}

Layer reshape(config::Reader& r, const nn::Scope&, const Shape&) {
  std::vector<std::int64_t> shape;
  r.need("shape", "the sizes of one example");
  r.field("shape", shape, -1, 1 << 24);
  return {[shape](const Tensor& x, nn::Pass&) {
    std::vector<std::int64_t> dims = {x.dim(0)};
    dims.insert(dims.end(), shape.begin(), shape.end());
    return ops::reshape(x, Shape(std::move(dims)));
  }};
}

Layer permute(config::Reader& r, const nn::Scope&, const Shape& input) {
  ops::Dims dims;
  r.need("dims", "the axes in their new order, 0 (the batch) first");
  r.field("dims", dims, 0, 15);
  if (dims.empty() || dims.front() != 0 || std::ssize(dims) != input.rank()) {
    r.fail("dims",
           fmt::format("expected the {} axes of the input {}, 0 first", input.rank(), input));
  }
  return {[dims](const Tensor& x, nn::Pass&) { return ops::permute(x, dims); }};
}

Layer last(config::Reader&, const nn::Scope&, const Shape& input) {
  need_axes(input, 3, "[batch, time, width]");
  return {[](const Tensor& x, nn::Pass&) {
    const std::int64_t time = x.dim(1);
    require(time > 0, "last: input {} has no last step", x.shape());
    return ops::reshape(ops::slice(x, 1, time - 1, time), {x.dim(0), x.dim(2)});
  }};
}

Layer identity(config::Reader&, const nn::Scope&, const Shape&) {
  return {[](const Tensor& x, nn::Pass&) { return x; }};
}

}  // namespace

LayerEntries shape_layers() {
  return {
      {{"layers.flatten", "nn.Flatten", "layers.Flatten", "flatten"},
       "one axis of all but the batch",
       LayerType{flatten}},
      {{"layers.reshape", "layers.Reshape", "reshape"},
       "each example in another shape",
       LayerType{reshape, R"({"shape": [2, -1]})"}},
      {{"layers.permute", "layers.Permute", "permute"},
       "axes in another order",
       LayerType{permute, R"({"dims": [0, 2, 3, 1]})"}},
      {{"layers.last", "last"}, "the last step of a sequence", LayerType{last}},
      {{"layers.identity", "nn.Identity", "identity"},
       "what arrives, unchanged",
       LayerType{identity}},
  };
}

}  // namespace dlt::api
