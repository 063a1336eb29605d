#include "report/thinning.h"

namespace dlt::report {

void Thinning::add(double x, double y) {
  last_ = {x, y};
  if (kept_.size() < 1000) {
    kept_.push_back(last_);
    return;
  }
  if (stretch_.empty() || x >= end_) {
    kept_.insert(kept_.end(), stretch_.begin(), stretch_.end());
    stretch_ = {last_};
    end_ = x * 1.01;
  } else if (stretch_.size() == 1) {
    stretch_.push_back(last_);
  } else if (const bool rising = stretch_[0].second <= stretch_[1].second;
             rising ? y < stretch_[0].second : y > stretch_[0].second) {
    stretch_ = {stretch_[1], last_};
  } else if (rising ? y > stretch_[1].second : y < stretch_[1].second) {
    stretch_[1] = last_;
  }
}

Points Thinning::points() const {
  Points all = kept_;
  all.insert(all.end(), stretch_.begin(), stretch_.end());
  if (!all.empty() && all.back() != last_) all.push_back(last_);
  return all;
}

}  // namespace dlt::report
