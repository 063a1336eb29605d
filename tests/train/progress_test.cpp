#include "train/progress.h"

#include <catch2/catch.hpp>

using namespace dlt;

TEST_CASE("the progress line is short and complete", "[train]") {
  const train::Standing s = {.step = 120,
                             .steps = 2000,
                             .loss = 2.4131,
                             .lr = 3e-4,
                             .items_per_second = 15234,
                             .item_name = "tokens",
                             .seconds_left = 130};
  CHECK(train::progress_line(s) ==
        "step 120/2000 (6%)  loss 2.413  lr 3.0e-04  15.2k tokens/s  ETA 2m10s");
  train::Standing first = s;
  first.items_per_second = 0;
  CHECK(train::progress_line(first) == "step 120/2000 (6%)  loss 2.413  lr 3.0e-04");
}

TEST_CASE("numbers and durations are readable at every size", "[train]") {
  CHECK(train::short_number(0.25) == "0.25");
  CHECK(train::short_number(999) == "999");
  CHECK(train::short_number(999.7) == "1.0k");
  CHECK(train::short_number(1.25e6) == "1.2M");
  CHECK(train::short_number(3e9) == "3.0G");
  CHECK(train::duration(0.2) == "0s");
  CHECK(train::duration(59.6) == "1m00s");
  CHECK(train::duration(11100) == "3h05m");
  CHECK(train::duration(100000) == "1d03h");
  CHECK(train::duration(1e300) == "?");
}

TEST_CASE("metrics are shown in their order", "[train]") {
  CHECK(train::metrics_line({{"valid_loss", 1.23456}, {"valid_accuracy", 0.5}}) ==
        "valid_loss 1.235  valid_accuracy 0.5");
}
