#include "ops/boxes.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "ops/elementwise.h"
#include "ops/shape.h"
#include "support/check_op.h"

using namespace dlt;

TEST_CASE("intersection over union of boxes", "[ops][boxes]") {
  const Tensor a = Tensor::from({2, 4}, {0, 0, 10, 10, 3, 3, 3, 3});
  const Tensor b = Tensor::from({4, 4}, {5, 5, 15, 15, 0, 0, 10, 10, 10, 0, 20, 10, 3, 3, 3, 3});
  const Tensor y = ops::box_iou(a, b);
  const double expected[] = {1.0 / 7, 1, 0, 0, 0, 0, 0, 0};  // a box without area overlaps nothing
  for (int i = 0; i < 8; ++i) CHECK(y.data()[i] == Approx(expected[i]));
}

TEST_CASE("nms keeps the best of what overlaps, in the order of scores", "[ops][boxes]") {
  // 0 and 1 overlap by 1/3, 1 and 2 too; 3 is apart; 4 equals 3.
  const Tensor boxes = Tensor::from(
      {5, 4}, {0, 0, 10, 10, 5, 0, 15, 10, 10, 0, 20, 10, 50, 50, 60, 60, 50, 50, 60, 60});
  const Tensor scores = Tensor::from({5}, {real(0.5), real(0.9), real(0.4), real(0.7), real(0.7)});
  CHECK(ops::nms(boxes, scores, 0.3).values() == std::vector<std::int32_t>{1, 3});
  CHECK(ops::nms(boxes, scores, 0.4).values() == std::vector<std::int32_t>{1, 3, 0, 2});
  CHECK(ops::nms(boxes, scores, 1).values() == std::vector<std::int32_t>{1, 3, 4, 0, 2});
  const Tensor middle = Tensor::from({5}, {real(0.9), real(0.5), real(0.4), 0, NAN});
  // What is dropped drops nothing itself: 2 stays. No number ranks last.
  CHECK(ops::nms(boxes, middle, 0.3).values() == std::vector<std::int32_t>{0, 2, 3});
  CHECK(ops::nms(Tensor::zeros({0, 4}), Tensor::zeros({0}), 0.5).size() == 0);
}

TEST_CASE("generalized IoU loss grows with the distance of boxes that do not meet",
          "[ops][boxes]") {
  const Tensor a = Tensor::from({3, 4}, {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1});
  const Tensor b = Tensor::from({3, 4}, {0, 0, 1, 1, 2, 0, 3, 1, 9, 0, 10, 1});
  const Tensor y = ops::generalized_box_iou_loss(a, b);
  const double expected[] = {0, 1 + 1.0 / 3, 1.8};
  for (int i = 0; i < 3; ++i) CHECK(y.data()[i] == Approx(expected[i]).margin(1e-6));
  const Tensor none = Tensor::zeros({0, 4});
  CHECK(ops::generalized_box_iou_loss(none, none, ops::Reduction::mean).item() == 0);
}

// The example of the catalog is of boxes that do not meet.
TEST_CASE("the gradient of the generalized IoU loss is that of finite differences",
          "[ops][boxes][gradcheck]") {
  Tensor a = Tensor::from({2, 4}, {0, 0, 3, 2, 1, 1, 5, 6}).set_needs_grad();
  Tensor b = Tensor::from({2, 4}, {1, -1, 4, real(1.5), 2, 2, 3, 4}).set_needs_grad();
  const auto loss = [&] {
    return static_cast<double>(ops::generalized_box_iou_loss(a, b, ops::Reduction::sum).item());
  };
  autograd::backward(ops::generalized_box_iou_loss(a, b, ops::Reduction::sum));
  constexpr bool exact = sizeof(real) == sizeof(double);
  const double step = exact ? 1e-6 : 1e-2;
  for (Tensor* t : {&a, &b}) {
    for (int i = 0; i < 8; ++i) {
      real& at = t->mutable_data()[i];
      const real kept = at;
      at = kept + static_cast<real>(step);
      const double right = loss();
      at = kept - static_cast<real>(step);
      const double left = loss();
      at = kept;
      CHECK(static_cast<double>(t->grad().data()[i]) ==
            Approx((right - left) / (2 * step)).margin(exact ? 1e-6 : 1e-3));
    }
  }
}

TEST_CASE("generalized IoU losses of boxes anywhere have exact gradients, however reduced",
          "[ops][boxes][gradcheck]") {
  const auto box = [](const Tensor& corner, const Tensor& size) {
    return ops::cat({corner, ops::add(corner, size)}, 1);
  };
  for (const auto how : {ops::Reduction::none, ops::Reduction::mean, ops::Reduction::sum}) {
    test::check_op({"generalized_box_iou_loss",
                    {{6, 2}, {6, 2}, {6, 2}, {6, 2}},
                    [&](const test::In& x) {
                      return ops::generalized_box_iou_loss(box(x[0], x[1]), box(x[2], x[3]), how);
                    },
                    0.5,
                    4});
  }
}

TEST_CASE("regions have the gradient of finite differences, also across the border",
          "[ops][boxes][gradcheck]") {
  const Tensor rois = Tensor::from(
      {3, 5}, {0, real(0.3), real(0.4), real(3.1), real(2.7), 1, -3, -2, 2, 3, 0, 2, 1, 9, 8});
  for (const bool aligned : {false, true}) {
    for (const std::int64_t sampling : {0, 1, 3}) {
      const ops::Roi r{.size = {2, 3}, .scale = 0.8, .sampling = sampling, .aligned = aligned};
      test::check_op({"roi_align", {{2, 2, 4, 5}}, [&](const test::In& x) {
                        return ops::roi_align(x[0], rois, r);
                      }});
      test::check_op({"ps_roi_align", {{2, 12, 4, 3}}, [&](const test::In& x) {
                        return ops::ps_roi_align(x[0], rois, r);
                      }});
    }
  }
  test::check_op({"ps_roi_pool", {{2, 12, 4, 3}}, [&](const test::In& x) {
                    return ops::ps_roi_pool(x[0], rois, {.size = {2, 3}, .scale = 0.8});
                  }});
}

TEST_CASE("roi_align samples between elements", "[ops][boxes]") {
  Tensor x = Tensor::uninitialized({1, 1, 4, 4});
  for (int i = 0; i < 16; ++i) x.mutable_data()[i] = static_cast<real>(i);  // 4 row + column
  const Tensor roi = Tensor::from({1, 5}, {0, 1, 1, 3, 3});
  const ops::Roi one{.size = {1, 1}, .sampling = 1};
  CHECK(ops::roi_align(x, roi, one).item() == Approx(4 * 2 + 2));
  ops::Roi aligned = one;
  aligned.aligned = true;
  CHECK(ops::roi_align(x, roi, aligned).item() == Approx(4 * 1.5 + 1.5));
  // As many points as elements: of the same mean, since x is linear.
  CHECK(ops::roi_align(x, roi, {.size = {1, 1}, .sampling = 0}).item() == Approx(10));
  // Regions are at least one element wide, unless aligned; far outside there is nothing.
  CHECK(ops::roi_align(x, Tensor::from({1, 5}, {0, 1, 1, 1, 1}), one).item() == Approx(7.5));
  CHECK(ops::roi_align(x, Tensor::from({1, 5}, {0, 50, 50, 60, 60}), one).item() == 0);
}

TEST_CASE("position-sensitive bins average channels of their own", "[ops][boxes]") {
  Tensor x = Tensor::uninitialized({1, 4, 4, 4});  // channel c is c everywhere
  for (int i = 0; i < 64; ++i) x.mutable_data()[i] = static_cast<real>(i / 16);
  x.mutable_data()[0] = 100;  // one peak: an average, no maximum
  const Tensor roi = Tensor::from({1, 5}, {0, 0, 0, 4, 4});
  const Tensor pooled = ops::ps_roi_pool(x, roi, {.size = {2, 2}});
  REQUIRE(pooled.shape() == Shape{1, 1, 2, 2});
  const double expected[] = {25, 1, 2, 3};
  for (int i = 0; i < 4; ++i) CHECK(pooled.data()[i] == Approx(expected[i]));
  const Tensor aligned = ops::ps_roi_align(x, roi, {.size = {2, 2}, .sampling = 2});
  for (int i = 1; i < 4; ++i) CHECK(aligned.data()[i] == Approx(expected[i]));
  // Turned inside out: no points, so 0 instead of 0 / 0.
  const Tensor empty = Tensor::from({1, 5}, {0, 3, 3, 1, 1});
  const Tensor flat = ops::ps_roi_align(x, empty, {.size = {2, 2}, .sampling = 0});
  for (real v : flat.values()) {
    CHECK(v == 0);
  }
}

TEST_CASE("regions have the same bits for any number of threads", "[ops][boxes]") {
  test::check_threads([] {
    const Tensor x = test::random({2, 6, 9, 9}, 1).set_needs_grad();
    const Tensor rois = Tensor::from({3, 5}, {0, 1, 1, 8, 7, 1, 0, 2, 5, 9, 0, 2, 2, 7, 7});
    const Tensor y = ops::roi_align(x, rois, {.size = {3, 3}});
    autograd::backward(y, test::random(y.shape(), 2));
    return std::vector{y.clone(), x.grad().clone()};
  });
}

TEST_CASE("boxes say what does not fit", "[ops][boxes][errors]") {
  const Tensor x = Tensor::zeros({1, 3, 4, 4}), roi = Tensor::from({1, 5}, {0, 0, 0, 2, 2});
  CHECK_THROWS_WITH(ops::roi_align(Tensor::zeros({3}), roi, {}),
                    "roi_align: input [3] is not [images, channels, height, width]");
  CHECK_THROWS_WITH(ops::roi_align(x, Tensor::zeros({1, 4}), {}),
                    "roi_align: rois [1, 4] are not rows (image, x1, y1, x2, y2)");
  CHECK_THROWS_WITH(ops::roi_align(x, Tensor::from({1, 5}, {1, 0, 0, 2, 2}), {}),
                    "roi_align: roi 0 is of image 1, but there are 1");
  CHECK_THROWS_WITH(ops::roi_align(x, Tensor::from({1, 5}, {0, 0, NAN, 2, 2}), {}),
                    "roi_align: roi 0 is not of numbers up to 1e9");
  CHECK_THROWS_WITH(ops::roi_align(x, Tensor::from({1, 5}, {0, 0, 0, 9, real(65536)}),
                                   {.size = {1, 1}, .sampling = 0}),
                    "roi_align: roi 0 spans 65536 elements, more than 4096 a bin");
  CHECK_THROWS_WITH(ops::roi_align(x, roi, {.size = {0, 513}}),
                    "roi_align: output size 0 x 513 is not 1 to 512");
  CHECK_THROWS_WITH(ops::roi_align(x, roi, {.sampling = 2000}),
                    "roi_align: 2000 samples a bin are more than 1024");
  CHECK_THROWS_WITH(ops::ps_roi_pool(x, roi, {.size = {2, 2}}),
                    "ps_roi_pool: 3 channels are not a multiple of the 2 x 2 bins");
  CHECK_THROWS_WITH(ops::box_iou(x, roi),
                    "box_iou: boxes [1, 3, 4, 4] are not rows (x1, y1, x2, y2)");
  CHECK_THROWS_WITH(ops::nms(Tensor::zeros({2, 4}), Tensor::zeros({3}), 0.5),
                    "nms: boxes [2, 4] need scores [2], got [3]");
  CHECK_THROWS_WITH(ops::generalized_box_iou_loss(Tensor::zeros({2, 4}), Tensor::zeros({3, 4})),
                    "generalized_box_iou_loss: boxes [2, 4] and [3, 4] are not of one shape");
}
