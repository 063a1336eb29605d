#include "train/interrupt.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlt;

TEST_CASE("the first signal is noted, and handlers are put back", "[train]") {
  std::signal(SIGTERM, SIG_IGN);
  {
    const train::Interrupt interrupt;
    CHECK(interrupt.requested() == 0);
    std::raise(SIGTERM);
    CHECK(interrupt.requested() == SIGTERM);
  }
  CHECK(std::signal(SIGTERM, SIG_DFL) == SIG_IGN);
  const train::Interrupt fresh;
  CHECK(fresh.requested() == 0);
}

TEST_CASE("the second signal ends the program at once", "[train]") {
  const pid_t child = ::fork();
  if (child == 0) {
    const train::Interrupt interrupt;
    std::raise(SIGINT);
    std::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}
