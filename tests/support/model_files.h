#pragma once

#include <algorithm>
#include <string>

#include "nn/params.h"
#include "support/failure.h"
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
  std::string text = failure(f, exit);
  for (auto at = text.find(folder.path()); at != text.npos; at = text.find(folder.path())) {
    text.replace(at, folder.path().size(), "DIR");
  }
  return text;
}

}  // namespace dlt::test
