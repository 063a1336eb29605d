#include "commands/train.h"

#include "base/error.h"
#include "commands/job.h"
#include "commands/sweep.h"

namespace dlt::app {

int train(const TrainOptions& options) {
  require(!(options.resume && options.overwrite), Exit::usage,
          "--resume goes on with a run, --overwrite throws it away: give one of them");
  if (!options.sweeps.empty()) return train_sweep(options);
  const Job job = job_of(options);
  if (options.dry_run) {
    dry_run(job);
    return 0;
  }
  const auto result = train_one(job, options);
  return result.signal == 0 ? 0 : 128 + result.signal;
}

}  // namespace dlt::app
