#include "api/families.h"
#include "ops/boxes.h"

namespace dlt::api {
namespace {

enum class Kind : std::uint8_t { align, ps_align, ps_pool };

template <Kind kind>
Call roi(config::Reader& r) {
  ops::Roi options;
  options.sampling = -1;
  r.need("output_size", "an integer");
  r.field("output_size", options.size, 1, 512);
  r.field("spatial_scale", options.scale, 1e-6, 1e6);
  if (kind != Kind::ps_pool) r.field("sampling_ratio", options.sampling, -1, 1024);
  if (kind == Kind::align) r.field("aligned", options.aligned);
  return [options](const Inputs& in) {
    constexpr auto run = kind == Kind::align      ? ops::roi_align
                         : kind == Kind::ps_align ? ops::ps_roi_align
                                                  : ops::ps_roi_pool;
    return Outputs{run(in["x"], in["rois"], options)};
  };
}

Call nms(config::Reader& r) {
  double threshold = 0;
  r.need("iou_threshold", "a number");
  r.field("iou_threshold", threshold, 0, 1);
  return [=](const Inputs& in) { return Outputs{ops::nms(in["boxes"], in["scores"], threshold)}; };
}

Call giou_loss(config::Reader& r) {
  auto reduction = ops::Reduction::none;
  r.choice("reduction", reduction,
           {{"none", ops::Reduction::none},
            {"mean", ops::Reduction::mean},
            {"sum", ops::Reduction::sum}});
  return [=](const Inputs& in) {
    return Outputs{ops::generalized_box_iou_loss(in["a"], in["b"], reduction)};
  };
}

}  // namespace

Entries box_operators() {
  return {
      {{"vision.roi_align", "roi_align"},
       "bilinear samples of regions, averaged bin by bin",
       {"x, rois! -> y", roi<Kind::align>,
        R"({"output_size": [2, 3], "spatial_scale": 0.5, "sampling_ratio": 2})",
        "x[1, 2, 5, 6], rois[3, 5] 0..0.9"}},
      {{"vision.ps_roi_align", "ps_roi_align"},
       "roi_align in which each bin reads channels of its own",
       {"x, rois! -> y", roi<Kind::ps_align>, R"({"output_size": 2, "spatial_scale": 4})",
        "x[1, 8, 5, 6], rois[3, 5] 0..0.9"}},
      {{"vision.ps_roi_pool", "ps_roi_pool"},
       "averages of whole elements in which each bin reads channels of its own",
       {"x, rois! -> y", roi<Kind::ps_pool>, R"({"output_size": 2, "spatial_scale": 4})",
        "x[1, 8, 5, 6], rois[3, 5] 0..0.9"}},
      {{"vision.nms", "nms", "vision.non_max_suppression"},
       "the boxes that overlap no better one, best first",
       {"boxes!, scores! -> y:int", nms, R"({"iou_threshold": 0.5})",
        "boxes[6, 4] 0..1, scores[6] 0..1"}},
      {{"vision.box_iou", "box_iou"},
       "intersection over union of every pair of boxes",
       {"a!, b! -> y", binary<ops::box_iou>, "{}", "a[3, 4] 0..1, b[2, 4] 0..1"}},
      {{"vision.generalized_box_iou_loss", "generalized_box_iou_loss", "loss.generalized_box_iou"},
       "1 minus the generalized intersection over union, row by row",
       {"a, b -> y", giou_loss, R"({"reduction": "mean"})", "a[1, 4] 1..2, b[1, 4] 3..4"}},
  };
}

}  // namespace dlt::api
