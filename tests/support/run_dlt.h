#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dlt::test {

using Args = std::vector<std::string>;

// How a program ended and what it wrote.
struct Ended {
  int code = 0;  // as a shell shows it: 128 + the signal that killed it
  std::string out, err;
};

struct Around {
  std::string in = {};                          // standard input
  std::map<std::string, std::string> env = {};  // beside ours
  std::string folder = {};                      // working directory; "": the repository
  double seconds = 120;                         // after which it is killed and the test fails
};

// The real `dlt`  with these arguments, run to its end.
Ended dlt(const Args& args, const Around& around = {});

// `sh -c script`, where $dlt is the binary.
Ended shell(const std::string& script, const Around& around = {});

// A program that runs beside the test; killed if it still does at the end of the scope.
class Process {
 public:
  Process(const Args& command, const Around& around);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) const;
  Ended wait();  // for its end

 private:
  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
  double seconds_;
};

}  // namespace dlt::test
