#include "data/listops.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/error.h"
#include "base/utf8.h"
#include "data/labelled_text.h"
#include "data/sequence_files.h"
#include "data/two_columns.h"

namespace dlt::data::listops {
namespace {

constexpr std::array<std::string_view, tokens> names = {
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "[MIN", "[MAX", "[MED", "[SM", "]"};

std::int64_t below(Rng& rng, std::int64_t n) {
  return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(n)));
}

// Stops where it is too long already.
void grow(Ids& ids, const Sizes& s, std::int64_t depth, Rng& rng) {
  ids.push_back(static_cast<std::int32_t>(min + below(rng, 4)));
  const std::int64_t count = 2 + below(rng, s.arguments - 1);
  for (std::int64_t i = 0; i < count && std::ssize(ids) < s.longest; ++i) {
    if (depth > 1 && below(rng, 4) == 0) {
      grow(ids, s, depth - 1, rng);
    } else {
      ids.push_back(static_cast<std::int32_t>(below(rng, values)));
    }
  }
  ids.push_back(close);
}

struct List {
  std::int32_t token;
  Ids items;
};

std::int32_t value_of(List list) {
  Ids& v = list.items;
  if (list.token == min) return std::ranges::min(v);
  if (list.token == max) return std::ranges::max(v);
  if (list.token == sm) return std::accumulate(v.begin(), v.end(), 0) % 10;
  std::ranges::sort(v);
  return (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2;
}

}  // namespace

Ids draw(const Sizes& s, Rng& rng) {
  constexpr int most_draws = 200'000;
  for (int i = 0; i < most_draws; ++i) {
    Ids ids;
    grow(ids, s, s.depth, rng);
    if (std::ssize(ids) >= s.shortest && std::ssize(ids) <= s.longest) return ids;
  }
  fail(Exit::usage,
       "none of {} expressions has {} to {} tokens: lists within lists to a depth of {} with at "
       "most {} arguments are {}",
       most_draws, s.shortest, s.longest, s.depth, s.arguments,
       s.longest < 4 ? "longer" : "seldom so long: use a smaller length or a larger depth");
}

std::optional<std::int32_t> value(std::span<const std::int32_t> ids) {
  std::vector<List> open = {{close, {}}};  // around it all
  for (const std::int32_t id : ids) {
    if (id < values) {
      open.back().items.push_back(id);
    } else if (id < close) {
      open.push_back({id, {}});
    } else {
      if (open.size() == 1 || open.back().items.empty()) return std::nullopt;
      const std::int32_t v = value_of(std::move(open.back()));
      open.pop_back();
      open.back().items.push_back(v);
    }
  }
  if (open.size() > 1 || open.front().items.size() != 1) return std::nullopt;
  return open.front().items.front();
}

std::string written(std::span<const std::int32_t> ids) {
  std::string text;
  for (const std::int32_t id : ids) {
    text += (text.empty() ? "" : " ") + std::string(names[static_cast<std::size_t>(id)]);
  }
  return text;
}

std::vector<Line> read(const std::string& path, std::int64_t longest) {
  std::vector<Line> all;
  read_two_columns(
      path, "expression<TAB>value",
      [&](std::string_view left, std::string_view right, const std::string& place) {
        Line& line = all.emplace_back();
        for (const std::string_view word : words_of(left)) {
          if (word == "(" || word == ")") continue;
          const auto at = std::ranges::find(names, word);
          require(at != names.end(), Exit::data,
                  "{}: '{}' is no token of ListOps: they are [MIN, [MAX, [MED, [SM, ] and 0 .. 9",
                  place, printable(word));
          line.ids.push_back(static_cast<std::int32_t>(at - names.begin()));
        }
        require(std::ssize(line.ids) <= longest, Exit::data,
                "{}: {} tokens are more than data.longest = {}: set it higher", place,
                line.ids.size(), longest);
        const auto right_value = value(line.ids);
        require(right_value.has_value(), Exit::data,
                "{}: this is no expression: its brackets do not match, or a list is empty", place);
        line.value = id_of(right, values);
        require(line.value >= 0, Exit::data, "{}: '{}' is no value: they are 0 .. 9", place,
                printable(right));
        require(line.value == *right_value, Exit::data, "{}: the value of this is {}, not {}",
                place, *right_value, line.value);
      });
  return all;
}

}  // namespace dlt::data::listops

namespace dlt::data {
namespace {

class ListOpsSet : public SequenceFiles {
 public:
  explicit ListOpsSet(config::Reader& r) : SequenceFiles(r, "`dlt data make listops` writes them") {
    r.field("longest", longest_, 1, 1 << 24);
  }
  SequenceShape shape() const override {
    return {.vocabulary = listops::tokens, .longest = longest_, .outputs = listops::values};
  }

 private:
  std::vector<Sequence> read_all(const std::string& path) override {
    std::vector<Sequence> all;
    for (listops::Line& line : listops::read(path, longest_)) {
      all.emplace_back();
      all.back().ids = std::move(line.ids);
      all.back().label = line.value;
    }
    return all;
  }

  std::int64_t longest_ = 2000;
};

}  // namespace

std::unique_ptr<SequenceSet> make_listops(config::Reader& data) {
  return std::make_unique<ListOpsSet>(data);
}

}  // namespace dlt::data
