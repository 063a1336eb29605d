#include "train/metrics.h"

namespace dlt::train {

const Registry<Metric>& metric_names() {
  static const Registry<Metric> all(
      "metric",
      {
          {{"loss", "metric.loss"},
           "what training makes small, per token or example",
           {Good::small}},
          {{"perplexity", "metric.perplexity"}, "exp(loss) of a language model", {Good::small}},
          {{"bits_per_byte", "metric.bits_per_byte"},
           "bits that a language model spends on a byte of text",
           {Good::small}},
          {{"bleu", "metric.bleu"},
           "n-grams that translations share with references, 0 .. 100 (Papineni et al. 2002)",
           {Good::large}},
          {{"chrf", "metric.chrf"},
           "F-score of n-grams of characters, 0 .. 100 (Popovic 2015)",
           {Good::large}},
          {{"exact", "metric.exact"},
           "share of translations or sequences that are right as a whole",
           {Good::large}},
          {{"accuracy", "metric.accuracy"},
           "share of examples whose class is told right",
           {Good::large}},
          {{"macro_f1", "metric.macro_f1"},
           "mean over the classes of 2 hits / (told + there are)",
           {Good::large}},
          {{"mse", "metric.mse"}, "mean of squared errors", {Good::small}},
          {{"rmse", "metric.rmse"}, "root of the mean of squared errors", {Good::small}},
          {{"r2", "metric.r2"},
           "share of the targets' variance that is explained, 1 - mse / variance",
           {Good::large}},
      });
  return all;
}

}  // namespace dlt::train
