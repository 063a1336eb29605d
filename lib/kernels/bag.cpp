#include "kernels/bag.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/pointwise.h"

namespace dlt::kernels {
namespace {

struct Stretch {
  Size begin, end;

  real factor(bool mean) const {
    return mean && end > begin ? 1 / static_cast<real>(end - begin) : 1;
  }
};

Stretch bag(const std::int32_t* first, const Bags& s, Size b) {
  return {first[b], b + 1 < s.bags ? first[b + 1] : s.ids};
}

}  // namespace

void bag_forward(real* y, const real* table, const std::int32_t* id, const std::int32_t* first,
                 const Bags& s, bool mean) noexcept {
  const Size usual = s.bags > 0 ? s.ids / s.bags + 1 : 1;  // ids in a bag
  parallel_each(s.bags, usual * s.width, [=](Size b) {
    real* to = y + b * s.width;
    std::fill_n(to, s.width, real{0});
    const Stretch at = bag(first, s, b);
    const real factor = at.factor(mean);
    for (Size i = at.begin; i < at.end; ++i) {
      add_scaled(to, table + id[i] * s.width, factor, s.width);
    }
  });
}

// Each thread adds to rows of its own, and looks at all ids for them.
void bag_backward(real* dtable, const real* dy, const std::int32_t* id, const std::int32_t* first,
                  const Bags& s, bool mean) noexcept {
  const Size parts = std::clamp<Size>(s.ids * s.width / worth_a_thread, 1, threads());
  parallel_for(parts, 1, [=](Size part, Size end) {
    const Size low = part * s.rows / parts, high = end * s.rows / parts;
    for (Size b = 0; b < s.bags; ++b) {
      const Stretch at = bag(first, s, b);
      const real factor = at.factor(mean);
      for (Size i = at.begin; i < at.end; ++i) {
        if (id[i] < low || id[i] >= high) continue;
        add_scaled(dtable + id[i] * s.width, dy + b * s.width, factor, s.width);
      }
    }
  });
}

}  // namespace dlt::kernels
