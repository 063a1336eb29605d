#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "api/operator.h"
#include "autograd/autograd.h"
#include "base/error.h"
#include "base/rng.h"

using namespace dlt;
using nlohmann::json;

namespace {

class Fuzz {
 public:
  explicit Fuzz(std::uint64_t seed) : rng_(seed) {}

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(rng_.uniform(0, static_cast<double>(n)));
  }
  bool once_in(std::int64_t n) { return below(n) == 0; }

  json number() {
    constexpr std::int64_t huge[] = {INT64_MAX, INT64_MIN, 1LL << 31, -(1LL << 31), 1LL << 62};
    if (once_in(8)) return huge[below(5)];
    if (once_in(6)) return rng_.uniform(-3, 3);
    if (once_in(20)) return 1e300;
    return below(9) - 2;
  }

  // A value such as `attribute` wants, most of the time.
  json value(const config::Attribute& attribute) {
    const std::string& expected = attribute.expected;
    if (once_in(12))
      return json::parse(R"([true, "same", null, [], {}, [1, 2, 3, 4, 5]])")[below(6)];
    if (expected.starts_with("true")) return once_in(2);
    if (expected.starts_with("one of ")) return word(expected.substr(7));
    if (expected.find("list") == expected.npos || once_in(3)) return number();
    json list = json::array();
    for (std::int64_t n = below(4); n >= 0; --n) list.push_back(number());
    return list;
  }

  json attributes(const api::Operator& op, const std::vector<config::Attribute>& known) {
    json given = json::parse(op.example_attributes);
    const std::int64_t rarely = once_in(3) ? 2 : 5;
    for (const config::Attribute& a : known) {
      if (once_in(rarely)) given[a.pointer.substr(1)] = value(a);
    }
    if (once_in(20) && !known.empty()) given.erase(known.front().pointer.substr(1));
    if (once_in(30)) given["nonsense"] = 1;
    return given;
  }

  // Sizes that were equal stay equal, so that most calls still fit; some then do not.
  Shape shape(const Shape& like, const std::map<std::int64_t, std::int64_t>& sizes) {
    std::vector<std::int64_t> dims = like.dims();
    for (std::int64_t& d : dims) {
      const auto other = sizes.find(d);
      if (other != sizes.end()) d = other->second;
      if (once_in(40)) d = below(6);
    }
    if (once_in(40)) dims.assign(static_cast<std::size_t>(below(6)), 2);
    return Shape(std::move(dims));
  }

  std::int32_t id(std::int64_t most) {
    constexpr std::int32_t extreme[] = {INT32_MIN, INT32_MAX, -1, -100};
    return once_in(200) ? extreme[below(4)] : static_cast<std::int32_t>(below(most));
  }

  real number_like(real example) {
    constexpr real odd[] = {NAN, INFINITY, -INFINITY, 3e38F, 1e-40F, -0.0F, 0};
    if (once_in(60)) return odd[below(7)];
    return once_in(6) ? static_cast<real>(rng_.uniform(-9, 9)) : example;
  }

  api::Value value(const api::Value& like, const std::map<std::int64_t, std::int64_t>& sizes) {
    const auto* ids = std::get_if<Indices>(&like);
    const auto* numbers = std::get_if<Tensor>(&like);
    const Shape s = shape(ids != nullptr ? ids->shape() : numbers->shape(), sizes);
    if ((ids != nullptr) != once_in(100)) {
      std::vector<std::int32_t> values(static_cast<std::size_t>(s.size()));
      const std::int64_t most = once_in(3) ? 1 : 6;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const bool known = ids != nullptr && i < ids->values().size() && !once_in(6);
        values[i] = known ? ids->values()[i] : id(most);
      }
      return Indices(s, std::move(values));
    }
    Tensor t = Tensor::uninitialized(s);
    for (std::int64_t i = 0; i < t.size(); ++i) {
      const bool known = numbers != nullptr && numbers->size() > 0;
      t.mutable_data()[i] = number_like(known ? numbers->data()[i % numbers->size()] : real{1});
    }
    if (once_in(2)) t.set_needs_grad();
    return t;
  }

  api::Inputs inputs(const api::Inputs& example) {
    std::map<std::int64_t, std::int64_t> sizes;
    for (std::int64_t n = below(3); n > 0; --n) sizes[below(8)] = below(7);
    std::vector<std::pair<std::string, api::Value>> values;
    for (const auto& [name, like] : example.values()) {
      if (once_in(60)) continue;
      values.emplace_back(once_in(200) ? "nonsense" : name, value(like, sizes));
    }
    return api::Inputs(std::move(values));
  }

 private:
  json word(const std::string& words) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at <= words.size();) {
      const auto end = std::min(words.find(", ", at), words.size());
      all.push_back(words.substr(at, end - at));
      at = end + 2;
    }
    return all[static_cast<std::size_t>(below(std::ssize(all)))];
  }

  Rng rng_;
};

struct Target {
  const Exported<api::Operator>* op;
  std::vector<config::Attribute> attributes;
  api::Inputs example;
};

std::vector<Target> targets() {
  std::vector<Target> all;
  for (const auto& op : api::operators().all()) {
    auto reader = config::Reader::parse_text(std::string(op.make.example_attributes), "example");
    op.make.make(reader);
    all.push_back({&op, reader.attributes(), api::example_inputs(op.make.example_inputs, 3)});
  }
  return all;
}

// One gradient through all results that have one.
void go_back(const api::Outputs& results) {
  std::vector<Tensor> ys, dys;
  for (const api::Value& v : results) {
    const auto* y = std::get_if<Tensor>(&v);
    if (y == nullptr || !y->needs_grad()) continue;
    ys.push_back(*y);
    dys.push_back(Tensor::filled(y->shape(), 1));
  }
  if (!ys.empty()) autograd::backward(ys, dys);
}

bool call(const Target& t, Fuzz& fuzz) {
  const std::string attributes = fuzz.attributes(t.op->make, t.attributes).dump();
  INFO(t.op->canonical() << " " << attributes);
  try {
    const auto op =
        api::prepare(t.op->canonical(), config::Reader::parse_text(attributes, "--attrs"));
    go_back(api::run(op, fuzz.inputs(t.example)));
    return true;
  } catch (const Error& e) {
    CHECK(std::string_view(e.what()).size() > 10);  // a sentence; anything else fails the test
    return false;
  }
}

}  // namespace

TEST_CASE("a hundred thousand random calls give results or clean errors", "[api][fuzz]") {
  const std::vector<Target> all = targets();
  const std::int64_t live = Tensor::live();
  Storage::reset_peak();
  Fuzz fuzz(1);
  constexpr std::int64_t calls = 100'000;
  std::map<std::string, std::int64_t> results;
  for (std::int64_t i = 0; i < calls; ++i) {
    const Target& t = all[static_cast<std::size_t>(i) % all.size()];
    results[t.op->canonical()] += call(t, fuzz) ? 1 : 0;
  }
  for (const auto& [name, count] : results) {
    INFO(name << " gave " << count << " results");
    CHECK(count > calls / std::ssize(all) / 10);  // not everything is refused
  }
  CHECK(Tensor::live() == live);
  CHECK(Storage::peak_bytes() < (std::int64_t{1} << 28));  // small inputs take little memory
}
