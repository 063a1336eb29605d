#include "ngram/runs.h"

#include <algorithm>
#include <cstring>

namespace dlt::ngram {
namespace {

constexpr auto longest = static_cast<std::ptrdiff_t>(RunWriter::longest_ngram);

bool less(const SortedNgram& a, const SortedNgram& b, int order) {
  for (int j = 0; j < order; ++j) {
    if (a.words[j] != b.words[j]) return a.words[j] < b.words[j];
  }
  return false;
}

}  // namespace

Runs::Runs(std::uint32_t parts, const std::string& folder) : parts_(parts) {
  if (!folder.empty()) file_.emplace(folder);
}

void Runs::put(std::uint32_t part, std::span<const std::byte> bytes) {
  Segment& segment = runs_.back()[part];
  segment.size = bytes.size();
  if (file_) {
    segment.offset = file_->append(bytes);
  } else {
    segment.bytes.assign(bytes.begin(), bytes.end());
  }
}

std::uint64_t Runs::bytes_in_memory() const {
  std::uint64_t sum = 0;
  for (const auto& run : runs_) {
    for (const Segment& segment : run) sum += segment.bytes.capacity() + sizeof segment;
  }
  return sum;
}

RunReader::RunReader(const Runs& runs, std::size_t run, std::uint32_t part, int order,
                     std::size_t buffer)
    : order_(order) {
  const Runs::Segment& segment = runs.runs_[run][part];
  if (!runs.file_) {
    at_ = segment.bytes.data();
    end_ = at_ + segment.bytes.size();
    return;
  }
  file_ = &*runs.file_;
  offset_ = segment.offset;
  left_ = segment.size;
  buffer_.resize(std::min<std::uint64_t>(
      std::max<std::uint64_t>(buffer, static_cast<std::uint64_t>(longest)), left_));
  at_ = end_ = buffer_.data();
}

void RunReader::refill() {
  const auto kept = static_cast<std::size_t>(end_ - at_);
  std::memmove(buffer_.data(), at_, kept);
  const std::size_t more = std::min<std::uint64_t>(buffer_.size() - kept, left_);
  file_->read(offset_, {buffer_.data() + kept, more});
  offset_ += more;
  left_ -= more;
  at_ = buffer_.data();
  end_ = at_ + kept + more;
}

std::uint64_t RunReader::number() {
  auto byte = static_cast<std::uint64_t>(*at_++);
  std::uint64_t value = byte & 0x7F;
  for (int shift = 7; byte >= 0x80; shift += 7) {
    byte = static_cast<std::uint64_t>(*at_++);
    value |= (byte & 0x7F) << shift;
  }
  return value;
}

bool RunReader::next() {
  if (end_ - at_ < longest && left_ > 0) refill();
  if (at_ == end_) return false;
  const auto head = static_cast<unsigned>(*at_++);
  ngram_.shared = static_cast<int>(head & 15);
  int j = ngram_.shared;
  WordId word = ngram_.words[j] + static_cast<WordId>(number());
  ngram_.words[j++] = word;
  while (j < order_ && word != sentence_begin + 1)
    ngram_.words[j++] = word = static_cast<WordId>(number());
  ngram_.length = j;
  for (; j < order_; ++j) ngram_.words[j] = 0;
  ngram_.count = head >> 4 != 0 ? head >> 4 : number();
  return true;
}

MergedRuns::MergedRuns(const Runs& runs, std::uint32_t part, int order, std::size_t buffer)
    : order_(order) {
  readers_.reserve(runs.size());
  for (std::size_t run = 0; run < runs.size(); ++run) {
    readers_.emplace_back(runs, run, part, order, buffer);
  }
  if (readers_.size() == 1) return;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (readers_[i].next()) heap_.push_back(i);
  }
  for (std::size_t place = heap_.size() / 2; place-- > 0;) sink(place);
}

bool MergedRuns::before(std::size_t a, std::size_t b) const {
  return less(readers_[heap_[a]].ngram(), readers_[heap_[b]].ngram(), order_);
}

void MergedRuns::sink(std::size_t place) {
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) return;
    if (child + 1 < heap_.size() && before(child + 1, child)) ++child;
    if (!before(child, place)) return;
    std::swap(heap_[child], heap_[place]);
    place = child;
  }
}

// Takes the next n-gram of the reader in front.
void MergedRuns::advance() {
  if (!readers_[heap_[0]].next()) {
    heap_[0] = heap_.back();
    heap_.pop_back();
  }
  sink(0);
}

bool MergedRuns::next() {
  if (readers_.size() == 1) return readers_[0].next();
  if (heap_.empty()) return false;
  const SortedNgram& front = readers_[heap_[0]].ngram();
  int shared = 0;
  while (ngram_.words[shared] == front.words[shared]) ++shared;
  ngram_ = front;
  ngram_.shared = shared;
  for (advance(); !heap_.empty(); advance()) {
    const SortedNgram& other = readers_[heap_[0]].ngram();
    if (less(ngram_, other, order_)) break;
    ngram_.count += other.count;
  }
  return true;
}

}  // namespace dlt::ngram
