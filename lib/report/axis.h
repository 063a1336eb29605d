#pragma once

#include <string>
#include <vector>

namespace dlt::report {

enum class Scale { linear, log };

struct Tick {
  double value;
  std::string label;
};

struct Range {
  double low, high;
};

// A little wider than `data`, so that no point lies on the frame; wide enough to draw if low ==
// high. Log: low > 0.
Range padded(Range data, Scale scale);

// Round numbers inside the range, about `wanted` of them: 1, 2 or 5 times a power of ten; on a log
// scale powers of ten, and 2 and 5 times these where there are few.
std::vector<Tick> ticks(Range range, Scale scale, int wanted);

// Where the value lies: 0 at range.low, 1 at range.high.
double place(double value, Range range, Scale scale);

std::string short_value(double value, int digits = 4);  // "0.001", "1.5e7", "1e-5"

}  // namespace dlt::report
