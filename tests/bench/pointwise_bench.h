#pragma once

namespace dlt::bench {

// One JSON line for each elementwise function, norm and reduction on arrays of 16 MB: the bytes it
// must read and write, the best time of a few, and the share of the bandwidth of a plain copy
// (read + written bytes over time), measured in the same run with the threads of set_threads().
void bench_pointwise();

}  // namespace dlt::bench
