#include "base/parallel.h"
#include "bench/pointwise_bench.h"

int main() {
  for (const int threads : {1, 2}) {
    dlt::set_threads(threads);
    dlt::bench::bench_pointwise();
  }
}
