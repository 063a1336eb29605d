#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "kernels/on_every_target.h"
#include "kernels/pool.h"

namespace dlt::kernels {

TEST_CASE("maxima without their places are those with places", "[pool]") {
  on_every_target([](const char* target) {
    Rng rng(5);
    for (const Size width : {3, 16, 17, 33, 40, 75, 112}) {
      for (const Size kernel : {1, 2, 3, 5}) {
        for (const Size stride : {1, 2, 3}) {
          const Size pad = kernel / 2, out = (width + 2 * pad - kernel) / stride + 1;
          if (kernel > width) continue;
          INFO("on " << target << ": width " << width << " kernel " << kernel << " stride "
                     << stride);
          const Windows w{2,         {width, width}, {out, out}, {kernel, kernel}, {stride, stride},
                          {pad, pad}};
          std::vector<real> x(static_cast<std::size_t>(2 * width * width));
          for (real& v : x) v = static_cast<real>(rng.uniform(-1, 1));
          x[4] = std::numeric_limits<real>::infinity();
          std::vector<real> y(static_cast<std::size_t>(2 * out * out)), bare = y, naive = y;
          std::vector<std::int32_t> places(y.size());
          max_pool(y.data(), places.data(), x.data(), w);
          max_pool(bare.data(), nullptr, x.data(), w);
          for (std::size_t i = 0; i < y.size(); ++i) {
            const std::size_t plane = i / static_cast<std::size_t>(out * out);
            naive[i] = x[plane * x.size() / 2 + static_cast<std::size_t>(places[i])];
          }
          CHECK((y == naive));
          CHECK((bare == naive));
        }
      }
    }
  });
}

}  // namespace dlt::kernels
