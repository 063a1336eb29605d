#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "train/metrics.h"

namespace dlt::train {

class FolderLock;

enum class Existing : std::uint8_t { refuse, overwrite };
enum class Best : std::uint8_t { no, yes };

// One experiment's folder. Everything that went in and everything that came out is here:
//   config.json      the resolved config (every default written out)
//   metrics.jsonl    one object per report: {"step": 10, "loss": 2.41, ...}
//   log.txt          plain lines with the time: started, saved, stopped, failed
//   checkpoints/     step-00000500/, ...; see train/checkpoint.h
//   last, best       links to one of them
// Mistakes in what the user asked for are Exit::usage; a disk that is full or not writable is
// Exit::failed and leaves nothing half-written.
class Run {
 public:
  // A new run. A folder with something in it is refused; overwrite removes what runs are made of,
  // if it is a run at all, and nothing else.
  static Run create(const std::string& folder, const std::string& config, Existing existing);
  static void check_free(const std::string& folder, Existing existing);  // for create()
  static Run open(const std::string& folder);
  // open() to train on with `config`, which may differ only where check_resumable() allows.
  static Run resume(const std::string& folder, const std::string& config);

  const std::string& folder() const { return folder_; }
  std::string path(std::string_view name) const;  // of a file in the folder
  std::string config() const;                     // JSON text

  void report(std::int64_t step, const Metrics& metrics);  // a number that is not finite is null
  void forget_reports_after(std::int64_t step);
  void log(std::string_view line);

  // Makes the checkpoint of `step` with what `fill` writes into the folder it is given, points
  // `last` (and `best`) at it, then removes all but the newest `keep` and those two.
  void save(std::int64_t step, Best best, std::int64_t keep,
            const std::function<void(const std::string& folder)>& fill);

  bool has(std::string_view which) const;                // of what checkpoint() takes
  std::string checkpoint(std::string_view which) const;  // "best", "last" or "500": its folder
  std::vector<std::int64_t> steps() const;               // that have a checkpoint
  std::optional<std::int64_t> step(std::string_view link) const;  // that "best" or "last" is of

 private:
  explicit Run(std::string folder) : folder_(std::move(folder)) {}
  std::string available() const;
  void prune(std::int64_t keep);

  std::string folder_;
  std::shared_ptr<FolderLock> lock_;  // held while training, not by open()
};

}  // namespace dlt::train
