#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "base/error.h"
#include "nn/params.h"
#include "support/folder.h"

// What the tests of model files share.
namespace dlt::test {

inline bool equal(const nn::StateDict& a, const nn::StateDict& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.shape() == y.second.shape() &&
           std::ranges::equal(x.second.values(), y.second.values());
  });
}

// The message of the Error that `f` throws, paths cut at `folder`.
template <class F>
std::string message(const test::Folder& folder, Exit exit, const F& f) {
  try {
    f();
  } catch (const Error& e) {
    CHECK(e.exit() == exit);
    std::string text = e.what();
    for (auto at = text.find(folder.path()); at != text.npos; at = text.find(folder.path())) {
      text.replace(at, folder.path().size(), "DIR");
    }
    return text;
  }
  return "no error";
}

}  // namespace dlt::test
