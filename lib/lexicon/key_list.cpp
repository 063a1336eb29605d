#include "lexicon/key_list.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/file.h"

namespace dlt::lexicon {
namespace {

struct Counted {
  GramTable grams;
  std::vector<std::uint64_t> counts, in_lines;
  std::vector<std::int64_t> last_line;  // that each was seen in
  std::int64_t lines = 0;

  void add(std::string_view gram) {
    const std::size_t at = grams.add(gram);
    if (at == counts.size()) {
      counts.push_back(0);
      in_lines.push_back(0);
      last_line.push_back(0);
    }
    ++counts[at];
    if (last_line[at] == lines) return;
    last_line[at] = lines;
    ++in_lines[at];
  }
};

}  // namespace

std::vector<std::uint32_t> rank_grams(const GramTable& grams,
                                      const std::vector<std::uint64_t>& counts,
                                      const KeyLimits& limits) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < grams.size(); ++i) {
    if (counts[i] >= limits.min_count) order.push_back(i);
  }
  require(!order.empty(), Exit::data,
          "no n-gram occurs {} times or more, the most frequent {}: lower --min-count",
          limits.min_count, counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end()));
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    if (counts[a] != counts[b]) return counts[a] > counts[b];
    return grams.gram(a) < grams.gram(b);
  };
  const std::size_t kept = limits.most == 0 ? order.size() : std::min(limits.most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    before);
  order.resize(kept);
  return order;
}

KeyList count_keys(Lines& lines, const GramSettings& settings, const KeyLimits& limits) {
  Counted all;
  GramCutter grams(settings);
  lines.each([&](const LabelledLine& line) {
    ++all.lines;
    grams.each(line.text, [&](std::string_view gram) { all.add(gram); });
  });
  require(all.lines > 0, Exit::data, "there is no text to count n-grams in");
  require(all.grams.size() > 0, Exit::data,
          "the text has no n-grams of length {}: its lines are shorter; lower --n",
          lengths_text(settings));

  KeyList keys{settings, all.lines, {}, {}, {}};
  for (const std::uint32_t i : rank_grams(all.grams, all.counts, limits)) {
    keys.grams.add(all.grams.gram(i));
    keys.counts.push_back(all.counts[i]);
    keys.in_lines.push_back(all.in_lines[i]);
  }
  return keys;
}

std::string keys_text(const KeyList& keys) {
  std::string out =
      fmt::format("#dlt-keys\t{}\t{}\t{}\t{}\n", unit_name(keys.settings.unit),
                  lengths_text(keys.settings), keys.settings.lower ? "lower" : "as-is", keys.lines);
  for (std::uint32_t i = 0; i < keys.grams.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}\t{}\t{}\n", keys.grams.gram(i), keys.counts[i],
                   keys.in_lines[i]);
  }
  return out;
}

void write_keys(const std::string& path, const KeyList& keys) { write_file(path, keys_text(keys)); }

}  // namespace dlt::lexicon
