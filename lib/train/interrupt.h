#pragma once

namespace dlt::train {

// While one is alive, the first SIGINT or SIGTERM is only noted, so that the step in hand can be
// finished and saved; the second ends the program at once with exit code 128 + signal. One at a
// time; what handled the signals before does so again afterwards.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int requested() const;  // SIGINT, SIGTERM, or 0
};

}  // namespace dlt::train
