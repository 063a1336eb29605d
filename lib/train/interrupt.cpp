#include "train/interrupt.h"

#include <csignal>
#include <unistd.h>

namespace dlt::train {
namespace {

// The one piece of global state a signal handler can have.
volatile std::sig_atomic_t noted = 0;
struct sigaction before_int, before_term;

extern "C" void note(int signal) {
  if (noted != 0) ::_exit(128 + signal);
  noted = signal;
}

}  // namespace

Interrupt::Interrupt() {
  noted = 0;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_int);
  ::sigaction(SIGTERM, &action, &before_term);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &before_int, nullptr);
  ::sigaction(SIGTERM, &before_term, nullptr);
}

int Interrupt::requested() const { return noted; }

}  // namespace dlt::train
