#pragma once

#include <cstdint>

#include "ops/loss.h"
#include "ops/pair.h"
#include "tensor/tensor.h"

// Boxes are rows (x1, y1, x2, y2); rois are rows (image, x1, y1, x2, y2). They have no gradient but
// where it says so.
namespace dlt::ops {

struct Roi {
  Pair size{7, 7};
  double scale = 1;           // from coordinates of the rois to those of x
  std::int64_t sampling = 2;  // points a bin and axis; <= 0: as many as there are elements
  bool aligned = false;       // shifted by half an element
};
// x [n, channels, height, width] to [rois, channels, size]: bilinear samples, averaged (He et al.
// 2017, "Mask R-CNN").
Tensor roi_align(const Tensor& x, const Tensor& rois, const Roi& r);
// Position-sensitive: channels = result channels * size; each bin reads channels of its own (Dai
// et al. 2016, "R-FCN"). `aligned` is not used.
Tensor ps_roi_align(const Tensor& x, const Tensor& rois, const Roi& r);
Tensor ps_roi_pool(const Tensor& x, const Tensor& rois, const Roi& r);  // averages whole elements

// Indices of the boxes that are kept, best score first: none overlaps a better one by an IoU above
// the threshold.
Indices nms(const Tensor& boxes, const Tensor& scores, double threshold);
Tensor box_iou(const Tensor& a, const Tensor& b);  // [rows of a, rows of b]
// 1 - GIoU of each row of a with that of b (Rezatofighi et al. 2019); gradients for both.
Tensor generalized_box_iou_loss(const Tensor& a, const Tensor& b,
                                Reduction reduction = Reduction::none);

}  // namespace dlt::ops
