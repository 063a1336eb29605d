#pragma once

#include <cstdint>

#include "base/real.h"

namespace dlt::kernels {

// A kernel that needs two buffers at once takes two slots: gemm and the convolutions, which do not
// call each other, the first two, attention, which calls gemm, the others.
enum class Slot { a, b, weights, weight_gradients };

// A buffer of at least `count` numbers that belongs to the calling thread: 64-byte aligned, in huge
// pages if large, with anything in it. It stays valid until the thread asks for more in this slot.
real* workspace(Slot slot, std::int64_t count) noexcept;

}  // namespace dlt::kernels
