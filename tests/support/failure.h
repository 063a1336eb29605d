#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "base/error.h"

namespace dlt::test {

// The message of the Error that `f` throws; checks the exit code it would end the program with.
template <class F>
std::string failure(const F& f, Exit exit) {
  try {
    f();
  } catch (const Error& e) {
    CHECK(e.exit() == exit);
    return e.what();
  }
  return "no error";
}

}  // namespace dlt::test
