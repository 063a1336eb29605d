#include "data/sequence_set.h"

namespace dlt::data {

const Registry<MakeSequenceSet>& sequence_sets() {
  static const Registry<MakeSequenceSet> all(
      "data set",
      {
          {{"images.pixels"},
           "images of two files of MNIST's format, pixel by pixel, and their classes",
           make_pixels},
          {{"text.classes"}, "lines of label and text, byte by byte", make_text_classes},
          {{"listops"},
           "nested lists of digits with MAX, MIN, MED and SM, and their values (Nangia and Bowman "
           "2018)",
           make_listops},
          {{"selective_copy"},
           "made up: tokens among noise, to be said in order at the end (Gu and Dao 2023)",
           make_selective_copy},
          {{"induction"},
           "made up: what stood behind a token when it was last seen (Gu and Dao 2023)",
           make_induction},
          {{"series"},
           "numbers of a table in the order of its rows, and the next ones",
           make_series},
      });
  return all;
}

SequenceSplit split(const std::vector<Sequence>& all, double fraction) {
  const auto out = held_out_members(std::ssize(all), fraction);
  std::vector<Sequence> train, valid;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool held_out =
        valid.size() < out.size() && out[valid.size()] == static_cast<std::int64_t>(i);
    (held_out ? valid : train).push_back(all[i]);
  }
  return {in_memory(std::move(train), 0), in_memory(std::move(valid), 0)};
}

}  // namespace dlt::data
