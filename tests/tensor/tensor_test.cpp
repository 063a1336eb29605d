#include "tensor/tensor.h"

#include <catch2/catch.hpp>
#include <cstdint>

#include "base/error.h"
#include "base/system.h"

using namespace dlt;

TEST_CASE("copies share, clones do not", "[tensor]") {
  Tensor a = Tensor::from({2, 2}, {1, 2, 3, 4});
  Tensor shared = a, apart = a.clone();
  a.mutable_data()[0] = 9;
  CHECK(shared.data()[0] == 9);
  CHECK(apart.data()[0] == 1);
  CHECK(a.reshape({4}).data() == a.data());
}

TEST_CASE("arrays start on a cache line, whatever their size", "[tensor]") {
  for (std::int64_t n : {1, 3, 1000, 100000, 3000000}) {
    const Tensor t = Tensor::uninitialized({n});
    CHECK(reinterpret_cast<std::uintptr_t>(t.data()) % 64 == 0);
  }
}

TEST_CASE("a large block that was freed is used again, and peaks are counted", "[tensor]") {
  constexpr std::int64_t size = 7 << 18;  // unlike what other tests leave behind
  const real* first = nullptr;
  {
    const Tensor t = Tensor::uninitialized({size});
    first = t.data();
  }
  const Tensor again = Tensor::uninitialized({size});
  CHECK(again.data() == first);
  Storage::reset_peak();
  const auto before = Storage::peak_bytes();
  { const Tensor large = Tensor::uninitialized({1 << 20}); }
  const auto more = Storage::peak_bytes() - before, asked = std::int64_t{sizeof(real)} << 20;
  CHECK(more >= asked);  // a freed block that is used again may be a little larger
  CHECK(more < asked + asked / 4);
}

TEST_CASE("blocks of ever new sizes are not all kept", "[tensor]") {
  Storage::reset_peak();
  for (std::int64_t n = 1; n <= 200; ++n) {
    Tensor::uninitialized({n * (std::int64_t{1} << 18)});
    CHECK(Storage::kept_bytes() <= Storage::peak_bytes() + Storage::peak_bytes() / 4);
  }
}

TEST_CASE("a tensor larger than the machine is refused, not tried", "[tensor][errors]") {
  const std::int64_t lines = memory_bytes() / 64 + 1;
  CHECK_THROWS_WITH(Tensor::uninitialized({lines, 64 / sizeof(real)}),
                    "out of memory: " + std::to_string(lines * 64) +
                        " bytes more are not to be had; use a smaller model or batch");
}

TEST_CASE("tensor mistakes say the shapes", "[tensor][errors]") {
  CHECK_THROWS_WITH(Tensor::from({3}, {1, 2}), "2 values do not fill shape [3]");
  CHECK_THROWS_WITH(Tensor::zeros({2, 3}).reshape({5}), "cannot reshape [2, 3] to [5]");
  CHECK_THROWS_WITH(Tensor::zeros({2}).item(), "item() needs one element, not shape [2]");
  CHECK_THROWS_WITH(Tensor::zeros({2}).dim(1), "axis 1 is out of range for shape [2]");
  CHECK_THROWS_WITH(Indices({3}, {1}), "1 indices do not fill shape [3]");
}

TEST_CASE("axes count from the end too", "[tensor]") {
  const Shape s{8, 128, 64};
  CHECK(s.dim(-1) == 64);
  CHECK(s.dim(-3) == 8);
  CHECK(s.str() == "[8, 128, 64]");
  CHECK(Shape{}.size() == 1);
}
