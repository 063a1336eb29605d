#include "base/error.h"

#include "base/utf8.h"

namespace dlt {
namespace {

thread_local const Frame* innermost = nullptr;

}  // namespace

Error::Error(Exit exit, std::string message, SourceLine where)
    : what_(std::move(message)), exit_(exit), where_(where) {
  std::string line, before;
  for (const Frame* f = innermost; f != nullptr; f = f->outer_) {
    line = f->name_.empty() ? fmt::format("\n  in {} {}", f->what_, f->number_)
                            : fmt::format("\n  in {} {}", f->what_, f->name_);
    if (line != before) what_ += line;  // a place that both caller and callee name is said once
    before = line;
  }
  what_ = printable(what_);  // it may quote a file of any bytes
}

Frame::Frame(std::string_view what, std::string_view name)
    : what_(what), name_(name), outer_(innermost) {
  innermost = this;
}

Frame::Frame(std::string_view what, std::int64_t number)
    : what_(what), number_(number), outer_(innermost) {
  innermost = this;
}

Frame::~Frame() { innermost = outer_; }

}  // namespace dlt
