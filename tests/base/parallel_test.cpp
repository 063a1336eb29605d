#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <vector>

#include "base/rng.h"

using namespace dlt;

namespace {

struct Threads {  // back to one at the end of the test
  explicit Threads(int count) { set_threads(count); }
  ~Threads() { set_threads(1); }
};

}  // namespace

TEST_CASE("parallel_for visits every index once, nested or not", "[base][parallel]") {
  const int count = GENERATE(1, 2, 3, 4);
  const Threads scope(count);
  CHECK(threads() == count);
  for (std::int64_t n : {0, 1, 7, 1000}) {
    std::vector<std::atomic<int>> hits(static_cast<std::size_t>(n));
    parallel_for(n, 3, [&](std::int64_t begin, std::int64_t end) {
      parallel_for(end - begin, 1, [&](std::int64_t b, std::int64_t e) {
        for (std::int64_t i = begin + b; i < begin + e; ++i) ++hits[static_cast<std::size_t>(i)];
      });
    });
    bool once = true;
    for (const auto& h : hits) once = once && h == 1;
    CHECK(once);
  }
}

TEST_CASE("parallel_each visits every index once, whatever they cost", "[base][parallel]") {
  const Threads scope(GENERATE(1, 2));
  for (std::int64_t cost : {0, 1, 5000, 1'000'000}) {
    std::vector<std::atomic<int>> hits(40'000);
    parallel_each(std::ssize(hits), cost,
                  [&](std::int64_t i) { ++hits[static_cast<std::size_t>(i)]; });
    CHECK(std::ranges::all_of(hits, [](const auto& h) { return h == 1; }));
  }
  parallel_each(0, 1, [](std::int64_t) { FAIL(); });
}

TEST_CASE("a parallel sum has the same bits for any number of threads", "[base][parallel]") {
  Rng rng(3);
  std::vector<double> x(100'003);
  for (double& v : x) v = rng.normal() * 1e6;
  const auto sum = [&] {
    return parallel_sum(static_cast<std::int64_t>(x.size()), 1000, [&](auto begin, auto end) {
      double part = 0;
      for (auto i = begin; i < end; ++i) part += x[static_cast<std::size_t>(i)];
      return part;
    });
  };
  const double alone = sum();
  for (int count : {2, 3}) {
    const Threads scope(count);
    CHECK(sum() == alone);
  }
  CHECK(parallel_sum(0, 10, [](auto, auto) { return 1.0; }) == 0);
}

TEST_CASE("many small loops finish, one after the other", "[base][parallel]") {
  const Threads scope(3);
  std::atomic<std::int64_t> total = 0;
  for (int i = 0; i < 20'000; ++i) {
    parallel_for(3, 1, [&](std::int64_t begin, std::int64_t end) { total += end - begin; });
  }
  CHECK(total == 60'000);
}

#if defined(__x86_64__)
TEST_CASE("in loops what would be subnormal is 0, in any thread", "[base][parallel]") {
  const volatile float small = 1e-30F;
  for (int count : {1, 2}) {
    const Threads scope(count);
    std::vector<float> products(100, 1);
    parallel_each(100, worth_a_thread,
                  [&](std::int64_t i) { products[static_cast<std::size_t>(i)] = small * 1e-10F; });
    CHECK(std::ranges::count(products, 0.0F) == 100);
    CHECK(small * 1e-10F > 0);
  }
}
#endif
