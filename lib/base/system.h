#pragma once

#include <cstdint>

namespace dlt {

std::int64_t memory_bytes();    // of the machine, or what a container may use of it
std::int64_t peak_rss_bytes();  // the most this process has had resident
int processor_count();          // that this process may run on

}  // namespace dlt
