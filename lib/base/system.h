#pragma once

#include <cstdint>

namespace dlt {

std::int64_t memory_bytes();    // of the machine
std::int64_t peak_rss_bytes();  // the most this process has had resident
int processor_count();          // that this process may run on

}  // namespace dlt
