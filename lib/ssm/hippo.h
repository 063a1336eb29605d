#pragma once

#include <cstdint>
#include <string_view>

#include "ssm/nplr.h"

namespace dlt::ssm {

// What a memory holds of a signal (Gu, Dao, Ermon, Rudra and Re 2020): its coefficients in an
// orthonormal basis of functions of x in [0, 1], stretched over all of the past (legs: Legendre
// polynomials) or over a window that ends now (legt: the same; fourier, fout: waves).
//
// A window's memory has to guess what leaves it. Where the signal is not of the window's period,
// its waves give (u(now) + u(oldest)) / 2 at either end. fourier takes that sum for what leaves;
// fout takes twice the sum less u(now), which is right (Gu, Johnson, Timalsina, Rudra and Re 2022).
enum class Measure : std::uint8_t { legs, legt, fourier, fout };
Measure measure(std::string_view name);  // an Error for any other
std::string_view name_of(Measure m);

// x' = a x + b u.
struct System {
  Matrix a;
  Vector b;
};

// LegS. The memory of all of the past is x' = (a x + b u) / t; as it stands, without the 1 / t, it
// is the system that S4 begins with.
System legs(int order);
// The windows are in the unit of time. fourier: waves n = 0, 1, -1, 2, -2, ..., so that an odd
// order has each with its conjugate; A = (2 pi i n - 1) / w on the diagonal, -1 / w off it,
// B = 1 / w. fout: the same but for twice these ones.
System legt(int order, double window);
System fourier(int order, double window);
System fout(int order, double window);
System system(Measure m, int order, double window);  // legs has no window

// Of `system`. For fourier and fout the states are those of the system itself, in their order, v
// = 1.
Nplr nplr(Measure m, int order, double window);

// The basis at x: sqrt(2n + 1) P_n(2x - 1), or e^(2 pi i n x). x = 1 is now. The signal is the
// real part of the sum of coefficients times these.
Vector basis(Measure m, int order, double x);

}  // namespace dlt::ssm
