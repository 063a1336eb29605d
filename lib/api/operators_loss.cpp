#include "api/families.h"
#include "ops/loss.h"

namespace dlt::api {
namespace {

using ops::KlReduction;
using ops::Reduction;

Reduction reduction(config::Reader& r, Reduction fallback = Reduction::mean) {
  Reduction value = fallback;
  r.choice("reduction", value,
           {{"none", Reduction::none}, {"mean", Reduction::mean}, {"sum", Reduction::sum}});
  return value;
}

template <Tensor (*f)(const Tensor&, const Tensor&, Reduction)>
Call pair(config::Reader& r) {
  const Reduction how = reduction(r);
  return [how](const Inputs& in) { return Outputs{f(in["x"], in["target"], how)}; };
}

Call smooth_l1(config::Reader& r) {
  double beta = 1;
  r.field("beta", beta, 0, 1e6);
  const Reduction how = reduction(r);
  return [=](const Inputs& in) {
    return Outputs{ops::smooth_l1_loss(in["x"], in["target"], beta, how)};
  };
}

Call huber(config::Reader& r) {
  double delta = 1;
  r.field("delta", delta, 1e-6, 1e6);
  const Reduction how = reduction(r);
  return
      [=](const Inputs& in) { return Outputs{ops::huber_loss(in["x"], in["target"], delta, how)}; };
}

Call kl_div(config::Reader& r) {
  auto how = KlReduction::mean;
  r.choice("reduction", how,
           {{"none", KlReduction::none},
            {"mean", KlReduction::mean},
            {"sum", KlReduction::sum},
            {"batchmean", KlReduction::batch_mean}});
  return [how](const Inputs& in) { return Outputs{ops::kl_div(in["x"], in["target"], how)}; };
}

Call focal(config::Reader& r) {
  double alpha = 0.25, gamma = 2;
  r.field("alpha", alpha, -1, 1);
  r.field("gamma", gamma, 0, 100);
  const Reduction how = reduction(r, Reduction::none);
  return [=](const Inputs& in) {
    return Outputs{ops::sigmoid_focal_loss(in["x"], in["target"], alpha, gamma, how)};
  };
}

Call cross_entropy(config::Reader& r) {
  ops::CrossEntropy options;
  options.reduction = reduction(r);
  r.field("ignore_index", options.ignore, INT64_MIN);
  r.field("label_smoothing", options.smoothing, 0, 1);
  return [=](const Inputs& in) {
    return Outputs{
        ops::cross_entropy(in["x"], in.indices("target"), in.optional("weight"), options)};
  };
}

Call nll_loss(config::Reader& r) {
  ops::CrossEntropy options;
  options.reduction = reduction(r);
  r.field("ignore_index", options.ignore, INT64_MIN);
  return [=](const Inputs& in) {
    return Outputs{ops::nll_loss(in["x"], in.indices("target"), in.optional("weight"), options)};
  };
}

}  // namespace

Entries loss_operators() {
  return {
      {{"loss.cross_entropy", "cross_entropy"},
       "minus the log softmax of each row at its target class, optionally smoothed",
       {"x, target:int, weight!? -> y", cross_entropy, R"({"label_smoothing": 0.1})",
        "x[5, 7], target:int[5] 0..6, weight[7] 0.5..2"}},
      {{"loss.nll", "nll_loss"},
       "minus the log probability of each row at its target class",
       {"x, target:int, weight!? -> y", nll_loss, R"({"ignore_index": 2})",
        "x[5, 4], target:int[5] 0..3, weight[4] 0.5..2"}},
      {{"loss.mse", "mse_loss"},
       "squared difference",
       {"x, target -> y", pair<ops::mse_loss>, "{}", "x[3, 7], target[3, 7]"}},
      {{"loss.l1", "l1_loss"},
       "absolute difference",
       {"x, target -> y", pair<ops::l1_loss>, R"({"reduction": "sum"})",
        "x[3, 7] 0.1..1, target[3, 7] -1..0"}},
      {{"loss.smooth_l1", "smooth_l1_loss"},
       "squared difference over 2 beta, absolute difference beyond beta",
       {"x, target -> y", smooth_l1, R"({"beta": 0.5})", "x[3, 7] 1..2, target[3, 7] 0..1"}},
      {{"loss.huber", "huber_loss"},
       "half the squared difference, linear beyond delta",
       {"x, target -> y", huber, R"({"delta": 0.7, "reduction": "none"})",
        "x[3, 7] 0.1..1, target[3, 7] -1..0"}},
      {{"loss.binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits",
        "nn.sigmoid_cross_entropy_with_logits"},
       "cross entropy of sigmoid(x) against target probabilities",
       {"x, target! -> y", pair<ops::binary_cross_entropy_with_logits>, "{}",
        "x[3, 7] -3..3, target[3, 7] 0..1"}},
      {{"loss.kl_div", "kl_div"},
       "target times (log target minus x), x being log probabilities",
       {"x, target! -> y", kl_div, R"({"reduction": "batchmean"})",
        "x[4, 5] -3..0, target[4, 5] 0..1"}},
      {{"loss.sigmoid_focal", "sigmoid_focal_loss"},
       "binary cross entropy weighted by how wrong the prediction is",
       {"x, target! -> y", focal, R"({"alpha": 0.25, "gamma": 1.5})",
        "x[3, 7] -3..3, target[3, 7] 0..1"}},
  };
}

}  // namespace dlt::api
