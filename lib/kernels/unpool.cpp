#include "base/parallel.h"
#include "kernels/pool.h"

namespace dlt::kernels {
namespace {

// f(element of few, element of many), in order within a plane.
template <class Few, class Many, class F>
void each_pair(Few* few, Many* many, const Places& p, const F& f) {
  parallel_each(p.planes, p.few, [=](Size n) {
    for (Size i = n * p.few; i < (n + 1) * p.few; ++i) f(few[i], many[n * p.many + p.index[i]]);
  });
}

}  // namespace

void put_back(real* many, const real* few, const Places& p) noexcept {
  each_pair(few, many, p, [](real from, real& to) { to = from; });
}

void add_back(real* many, const real* few, const Places& p) noexcept {
  each_pair(few, many, p, [](real from, real& to) { to += from; });
}

void take_back(real* few, const real* many, const Places& p) noexcept {
  each_pair(few, many, p, [](real& to, real from) { to += from; });
}

}  // namespace dlt::kernels
