#include "base/file.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/failure.h"
#include "support/folder.h"

using namespace dlt;
using test::failure;

TEST_CASE("a new file appears whole or not at all", "[base][file]") {
  const test::Folder folder;
  {
    NewFile file(folder / "a");
    file.write("half");
    CHECK(folder.list() == std::vector<std::string>{"a.partial"});
  }
  CHECK(folder.list().empty());
  write_file(folder / "a", "whole");
  CHECK(folder.list() == std::vector<std::string>{"a"});
  CHECK(read_file(folder / "a", Exit::failed) == "whole");
}

TEST_CASE("a failed rewrite keeps the old file", "[base][file]") {
  const test::Folder folder;
  write_file(folder / "a", "old");
  {
    NewFile file(folder / "a");
    file.write("new");
  }
  CHECK(read_file(folder / "a", Exit::failed) == "old");
  CHECK(folder.list() == std::vector<std::string>{"a"});
}

TEST_CASE("a folder that cannot be written to is named with the reason", "[base][file]") {
  const test::Folder folder;
  CHECK(failure([&] { write_file(folder / "no/a", ""); }, Exit::failed) ==
        "cannot write '" + (folder / "no/a") + "': No such file or directory");
  if (::geteuid() == 0) return;  // root may write anywhere
  ::chmod(folder.path().c_str(), 0500);
  CHECK(failure([&] { write_file(folder / "a", ""); }, Exit::failed) ==
        "cannot write '" + (folder / "a") + "': Permission denied");
  ::chmod(folder.path().c_str(), 0700);
}

TEST_CASE("a full disk is an error and leaves nothing behind", "[base][file]") {
  const test::Folder folder;
  // The bytes on their way to "a" land on a device that is always full.
  REQUIRE(::symlink("/dev/full", (folder / "a.partial").c_str()) == 0);
  CHECK(failure([&] { write_file(folder / "a", "x"); }, Exit::failed) ==
        "cannot write '" + (folder / "a") + "': No space left on device");
  CHECK(folder.list().empty());
}

TEST_CASE("a folder in the place of a new file is refused before anything is written",
          "[base][file]") {
  const test::Folder folder;
  CHECK(failure([&] { NewFile file(folder.path()); }, Exit::failed) ==
        "cannot write '" + folder.path() + "': it is a folder, the name of a file is needed");
}

TEST_CASE("a new file replaces what a link leads to, not the link", "[base][file]") {
  const test::Folder folder;
  write_file(folder / "a", "old");
  REQUIRE(::symlink("a", (folder / "link").c_str()) == 0);
  write_file(folder / "link", "new");
  CHECK(read_file(folder / "a", Exit::failed) == "new");
  CHECK(folder.list() == std::vector<std::string>{"a", "link"});
}

TEST_CASE("pipes and devices stay and are written to", "[base][file]") {
  const test::Folder folder;
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  write_file(pipe, "text");
  char got[8] = {};
  CHECK(::read(reader, got, sizeof got) == 4);
  CHECK(std::string(got) == "text");
  ::close(reader);
  CHECK(folder.list() == std::vector<std::string>{"pipe"});
  for (const char* name : {"null", "full"}) {
    REQUIRE(::symlink((std::string("/dev/") + name).c_str(), (folder / name).c_str()) == 0);
  }
  write_file(folder / "null", "text");
  CHECK(failure([&] { write_file(folder / "full", "text"); }, Exit::failed) ==
        "cannot write '" + (folder / "full") + "': No space left on device");
  CHECK(folder.list() == std::vector<std::string>{"full", "null", "pipe"});
}

TEST_CASE("names of one file are recognized", "[base][file]") {
  const test::Folder folder;
  write_file(folder / "a", "");
  write_file(folder / "b", "");
  REQUIRE(::symlink("a", (folder / "link").c_str()) == 0);
  CHECK(same_file(folder / "a", folder / "link"));
  CHECK(same_file(folder / "new", folder / "new"));
  CHECK_FALSE(same_file(folder / "a", folder / "b"));
  CHECK_FALSE(same_file(folder / "a", folder / "new"));
  CHECK_FALSE(same_file("/dev/null", "/dev/null"));
}

TEST_CASE("a file that cannot be read is named, with the caller's exit code", "[base][file]") {
  const test::Folder folder;
  CHECK(failure([&] { read_file(folder / "a", Exit::data); }, Exit::data) ==
        "cannot open '" + (folder / "a") + "': No such file or directory");
  CHECK(failure([&] { MappedFile(folder / "a", Exit::damaged); }, Exit::damaged) ==
        "cannot open '" + (folder / "a") + "': No such file or directory");
  CHECK(failure([&] { read_file(folder.path(), Exit::data); }, Exit::data) ==
        "cannot read '" + folder.path() + "': it is a folder, a file is needed");
  CHECK(failure([&] { MappedFile(folder.path(), Exit::data); }, Exit::data) ==
        "cannot read '" + folder.path() + "': it is a folder, a file is needed");
}

TEST_CASE("a mapped file has the file's bytes and moves with them", "[base][file]") {
  const test::Folder folder;
  write_file(folder / "a", "text");
  MappedFile first(folder / "a", Exit::data);
  const auto* address = first.bytes().data();
  const MappedFile second = std::move(first);
  CHECK(second.text() == "text");
  CHECK(second.bytes().data() == address);
  write_file(folder / "empty", "");
  CHECK(MappedFile(folder / "empty", Exit::data).text().empty());
}
