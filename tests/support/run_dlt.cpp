#include "support/run_dlt.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

// A file without a name, so that no reader can keep a writer waiting.
int scratch(const std::string& text = "") {
  const int fd = ::memfd_create("dlt-test", MFD_CLOEXEC);
  require(fd >= 0, "cannot make a scratch file: {}", std::strerror(errno));
  const bool whole = ::write(fd, text.data(), text.size()) == std::ssize(text);
  require(whole && ::lseek(fd, 0, SEEK_SET) == 0, "cannot fill a scratch file");
  return fd;
}

std::string take(int fd) {
  std::string text;
  char buffer[1 << 14];
  ::lseek(fd, 0, SEEK_SET);
  for (ssize_t got; (got = ::read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return text;
}

[[noreturn]] void become(const Args& command, const Around& around) {
  for (const auto& [name, value] : around.env) ::setenv(name.c_str(), value.c_str(), 1);
  const std::string folder = around.folder.empty() ? in_source("") : around.folder;
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

Process::Process(const Args& command, const Around& around)
    : out_(scratch()), err_(scratch()), seconds_(around.seconds) {
  const int in = scratch(around.in);
  pid_ = ::fork();
  require(pid_ >= 0, "cannot start '{}': {}", command.front(), std::strerror(errno));
  if (pid_ == 0) {
    ::dup2(in, 0);
    ::dup2(out_, 1);
    ::dup2(err_, 2);
    become(command, around);
  }
  ::close(in);
}

Process::~Process() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(out_);
  ::close(err_);
}

void Process::send(int signal) const { ::kill(pid_, signal); }

Ended Process::wait() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds_);
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    require(Clock::now() < end, "the program did not end within {} s", seconds_);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  pid_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::string out = take(out_), err = take(err_);
  return {code, std::move(out), std::move(err)};
}

Ended dlt(const Args& args, const Around& around) {
  Args command = {binary()};
  command.insert(command.end(), args.begin(), args.end());
  return Process(command, around).wait();
}

Ended shell(const std::string& script, const Around& around) {
  Around with_binary = around;
  with_binary.env["dlt"] = binary();
  return Process({"/bin/sh", "-c", script}, with_binary).wait();
}

}  // namespace dlt::test
