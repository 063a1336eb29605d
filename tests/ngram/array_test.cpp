#include "ngram/array.h"

#include <catch2/catch.hpp>

#include "support/failure.h"
#include "support/folder.h"

using namespace dlt;
using ngram::Array;

TEST_CASE("an array in memory or in a file", "[ngram][array]") {
  const test::Folder folder;
  for (const std::string& where : {std::string(), folder.path()}) {
    Array<int> a(100000, {where});
    CHECK(a[99999] == 0);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<int>(i);
    a.drop();
    Array<int> b = std::move(a);
    CHECK(a.empty());  // NOLINT(bugprone-use-after-move): what is left is an empty array
    CHECK(b[77777] == 77777);
    b = Array<int>(1, {where});
    CHECK(b.size() == 1);
    CHECK(b[0] == 0);
  }
  CHECK(Array<int>(0, {folder.path()}).empty());
  CHECK(folder.list().empty());
}

TEST_CASE("an array that has no place", "[ngram][array]") {
  CHECK(test::failure([] { Array<int>(1, {"/none"}); }, Exit::failed) ==
        "cannot make a temporary file in '/none': No such file or directory; name another folder "
        "with --tmp");
  const test::Folder folder;
  const std::string message =
      test::failure([&] { Array<char>(std::size_t{1} << 60, {folder.path()}); }, Exit::failed);
  CHECK(message.starts_with("cannot claim 1099511627776.0 MiB for a temporary file in '" +
                            folder.path() + "': "));
  CHECK(message.ends_with("; name another folder with --tmp"));
}
