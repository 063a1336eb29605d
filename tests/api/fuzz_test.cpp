#include <catch2/catch.hpp>
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
    for (const config::Attribute& a : known) {
      if (once_in(2)) given[a.pointer.substr(1)] = value(a);
    }
    if (once_in(20) && !known.empty()) given.erase(known.front().pointer.substr(1));
    if (once_in(30)) given["nonsense"] = 1;
    return given;
  }

  Shape shape(const Shape& like) {
    std::vector<std::int64_t> dims = like.dims();
    if (once_in(6)) dims.assign(static_cast<std::size_t>(below(6)), 2);
    for (std::int64_t& d : dims) {
      if (once_in(4)) d = below(6);
    }
    return Shape(std::move(dims));
  }

  api::Value value(const api::Value& like) {
    const bool integer = std::holds_alternative<Indices>(like) != once_in(40);
    const Shape s = shape(std::holds_alternative<Indices>(like) ? std::get<Indices>(like).shape()
                                                                : std::get<Tensor>(like).shape());
    if (integer) {
      std::vector<std::int32_t> ids(static_cast<std::size_t>(s.size()));
      for (auto& id : ids) id = static_cast<std::int32_t>(once_in(50) ? INT32_MIN : below(6) - 1);
      return Indices(s, std::move(ids));
    }
    Tensor t = Tensor::uninitialized(s);
    for (std::int64_t i = 0; i < t.size(); ++i) {
      t.mutable_data()[i] = static_cast<real>(once_in(60) ? INFINITY : rng_.uniform(-9, 9));
    }
    if (once_in(2)) t.set_needs_grad();
    return t;
  }

  api::Inputs inputs(const api::Inputs& example) {
    std::vector<std::pair<std::string, api::Value>> values;
    for (const auto& [name, like] : example.values()) {
      if (once_in(30)) continue;
      values.emplace_back(once_in(60) ? "nonsense" : name, once_in(2) ? like : value(like));
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

bool call(const Target& t, Fuzz& fuzz) {
  const std::string attributes = fuzz.attributes(t.op->make, t.attributes).dump();
  INFO(t.op->canonical() << " " << attributes);
  try {
    const auto op =
        api::prepare(t.op->canonical(), config::Reader::parse_text(attributes, "--attrs"));
    for (const api::Value& v : api::run(op, fuzz.inputs(t.example))) {
      const auto* y = std::get_if<Tensor>(&v);
      if (y != nullptr && y->needs_grad()) {
        autograd::backward(*y, Tensor::filled(y->shape(), 1));
        break;  // the graph of the others went with it
      }
    }
    return true;
  } catch (const Error& e) {
    CHECK(std::string_view(e.what()).size() > 10);  // a sentence; anything else fails the test
    return false;
  }
}

}  // namespace

TEST_CASE("a hundred thousand random calls give results or clean errors", "[api][fuzz]") {
  const std::vector<Target> all = targets();
  Fuzz fuzz(1);
  std::int64_t results = 0, calls = 100'000;
  for (std::int64_t i = 0; i < calls; ++i) {
    results += call(all[static_cast<std::size_t>(i) % all.size()], fuzz) ? 1 : 0;
  }
  CHECK(results > calls / 20);  // not everything is refused
}
