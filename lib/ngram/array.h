#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace dlt::ngram {

// Where large arrays live: in memory, or in unnamed temporary files of a folder, mapped, so that
// the system can write them out. Disk space is claimed when an array is made: a full disk is an
// Error then, never a crash later.
struct Storage {
  std::string folder;  // "": memory
};

namespace detail {
class Pages {  // zeros
 public:
  Pages() = default;
  Pages(std::size_t bytes, const Storage& storage);
  ~Pages();
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;

  std::byte* data() const { return data_; }
  void drop() const;  // see Array::drop

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  bool file_ = false;
};
}  // namespace detail

// A fixed number of plain values, zero at first.
template <class T>
class Array {
 public:
  Array() = default;
  Array(std::size_t size, const Storage& storage)
      : pages_(size * sizeof(T), storage), size_(size) {}
  Array(Array&& other) noexcept
      : pages_(std::move(other.pages_)), size_(std::exchange(other.size_, 0)) {}
  Array& operator=(Array&& other) noexcept {
    pages_ = std::move(other.pages_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  T* data() { return reinterpret_cast<T*>(pages_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(pages_.data()); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  std::span<const T> span() const { return {data(), size_}; }

  // Gives the resident pages of an array in a file back to the system; the values stay. Nothing
  // for one in memory.
  void drop() const { pages_.drop(); }

 private:
  detail::Pages pages_;
  std::size_t size_ = 0;
};

}  // namespace dlt::ngram
