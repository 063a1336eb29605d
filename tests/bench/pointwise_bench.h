#pragma once

namespace dlt::bench {

// One JSON line for each elementwise function, norm and reduction on arrays of 16 MB: the bytes it
// must read and write, the best time of a few, and two shares: of the memory's bandwidth
// (kernels::read_bandwidth), and of a plain copy of 16 MB, which a large cache may hold (read and
// written bytes over time). All measured in the same run with the threads of set_threads().
void bench_pointwise();

}  // namespace dlt::bench
