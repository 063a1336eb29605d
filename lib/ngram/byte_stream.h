#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace dlt::ngram {

// The bytes of a file or of standard input ("-") as they come; if they are gzip, what they hold.
class ByteStream {
 public:
  explicit ByteStream(const std::string& name);  // Exit::data if it cannot be opened
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  // At most `count` bytes, as many as there are now; waits only for the first. 0: the end.
  // Exit::data where reading fails or compressed data are damaged or end early.
  std::size_t read(char* to, std::size_t count);
  bool ready() const;  // whether read() would not wait

 private:
  struct Gzip;
  std::size_t fetch(char* to, std::size_t count);
  std::size_t inflate(char* to, std::size_t count);

  std::string name_, begin_;  // the bytes that told whether it is gzip, not yet given out
  int fd_ = -1;
  bool begun_ = false;
  std::unique_ptr<Gzip> gzip_;  // null: plain
};

}  // namespace dlt::ngram
