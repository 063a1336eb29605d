#include "api/families.h"
#include "base/error.h"
#include "ops/elementwise.h"
#include "ops/norm.h"

namespace dlt::api {
namespace {

double read_eps(config::Reader& r, double eps) {
  r.field("eps", eps, 0, 1);
  return eps;
}

Shape read_normalized(config::Reader& r) {
  std::vector<std::int64_t> sizes;
  r.need("normalized_shape", "a list of integers");
  r.field("normalized_shape", sizes, 1, INT32_MAX);
  return Shape(std::move(sizes));
}

Call layer_norm(config::Reader& r) {
  return [shape = read_normalized(r), eps = read_eps(r, 1e-5)](const Inputs& in) {
    return Outputs{
        ops::layer_norm(in["x"], shape, in.optional("weight"), in.optional("bias"), eps)};
  };
}

Call rms_norm(config::Reader& r) {
  return [shape = read_normalized(r), eps = read_eps(r, 1e-6)](const Inputs& in) {
    return Outputs{ops::rms_norm(in["x"], shape, in.optional("weight"), eps)};
  };
}

Call group_norm(config::Reader& r) {
  std::int64_t groups = 1;
  r.need("num_groups", "an integer");
  r.field("num_groups", groups, 1, INT32_MAX);
  return [groups, eps = read_eps(r, 1e-5)](const Inputs& in) {
    return Outputs{
        ops::group_norm(in["x"], groups, in.optional("weight"), in.optional("bias"), eps)};
  };
}

Call instance_norm(config::Reader& r) {
  return [eps = read_eps(r, 1e-5)](const Inputs& in) {
    return Outputs{ops::instance_norm(in["x"], in.optional("weight"), in.optional("bias"), eps)};
  };
}

// (1 - momentum) running + momentum batch
Tensor moved(const Tensor& running, const Tensor& batch, double momentum) {
  require(running.shape() == batch.shape(), "batch_norm: running {} does not fit {} channels",
          running.shape(), batch.size());
  return ops::add(ops::scale(running, static_cast<real>(1 - momentum)),
                  ops::scale(batch, static_cast<real>(momentum)));
}

Call batch_norm(config::Reader& r) {
  bool training = false;
  double momentum = 0.1;
  r.field("training", training);
  r.field("momentum", momentum, 0, 1);
  return [=, eps = read_eps(r, 1e-5)](const Inputs& in) {
    const Tensor &mean = in["running_mean"], &variance = in["running_var"];
    const Tensor weight = in.optional("weight"), bias = in.optional("bias");
    if (!training) {
      return Outputs{ops::batch_norm(in["x"], mean, variance, weight, bias, eps), mean, variance};
    }
    ops::BatchStatistics batch;
    const Tensor y = ops::batch_norm(in["x"], weight, bias, eps, &batch);
    return Outputs{y, moved(mean, batch.mean, momentum), moved(variance, batch.variance, momentum)};
  };
}

template <Tensor (*f)(const Tensor&, std::int64_t)>
Call along(config::Reader& r) {
  std::int64_t dim = -1;
  r.field("dim", dim, -64, 64);
  return [dim](const Inputs& in) { return Outputs{f(in["x"], dim)}; };
}

}  // namespace

Entries norm_operators() {
  constexpr std::string_view affine = "x, weight?, bias? -> y";
  return {
      {{"nn.softmax", "softmax", "math.softmax"},
       "exponentials along an axis, divided by their sum",
       {"x -> y", along<ops::softmax>, R"({"dim": 1})", "x[2, 5, 3]"}},
      {{"nn.log_softmax", "log_softmax", "math.log_softmax"},
       "logarithm of softmax along an axis",
       {"x -> y", along<ops::log_softmax>, R"({"dim": 1})", "x[2, 5, 3]"}},
      {{"nn.layer_norm", "layer_norm"},
       "mean 0 and variance 1 over the last axes, then weight and bias",
       {affine, layer_norm, R"({"normalized_shape": [3, 5]})",
        "x[4, 3, 5], weight[3, 5], bias[3, 5]"}},
      {{"nn.rms_norm", "rms_norm"},
       "mean square 1 over the last axes, then weight",
       {"x, weight? -> y", rms_norm, R"({"normalized_shape": [5]})", "x[4, 3, 5], weight[5]"}},
      {{"nn.group_norm", "group_norm"},
       "mean 0 and variance 1 over groups of channels of each sample",
       {affine, group_norm, R"({"num_groups": 2})", "x[3, 4, 2, 3], weight[4], bias[4]"}},
      {{"nn.instance_norm", "instance_norm"},
       "mean 0 and variance 1 over each channel of each sample",
       {affine, instance_norm, "{}", "x[2, 3, 4, 5], weight[3], bias[3]"}},
      {{"nn.batch_norm", "batch_norm"},
       "mean 0 and variance 1 over each channel, by the batch or by running statistics",
       {"x, running_mean!, running_var!, weight?, bias? -> y, new_running_mean, new_running_var",
        batch_norm, R"({"training": true})",
        "x[3, 2, 4, 5], running_mean[2], running_var[2] 0.5..2, weight[2], bias[2]"}},
  };
}

}  // namespace dlt::api
