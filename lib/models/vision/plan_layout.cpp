#include "models/vision/plan_layout.h"

#include <algorithm>

namespace dlt::models::vision {
namespace {

// A plane before arrays have their places.
struct Plane {
  std::size_t array;
  std::int64_t offset;
};
using Parts = std::vector<Plane>;

bool is_image(const Shape& s) { return s.rank() == 3; }
std::int64_t plane_size(const Shape& s) { return is_image(s) ? s.dim(1) * s.dim(2) : s.size(); }

// These kernels read channels one behind the other.
bool needs_neighbours(const FoldedStep& s) {
  return std::holds_alternative<ConvTranspose>(s.layer) ||
         std::holds_alternative<PixelShuffle>(s.layer) || std::holds_alternative<Linear>(s.layer);
}

bool are_neighbours(const Parts& p, std::int64_t plane) {
  for (std::size_t i = 1; i < p.size(); ++i) {
    if (p[i].array != p[0].array || p[i].offset != p[i - 1].offset + plane) return false;
  }
  return true;
}

class Planner {
 public:
  explicit Planner(const Folded& net) : net_(net), values_(net.steps.size()) {}

  Layout run() {
    values_[0] = make(net_.steps[0].output);
    for (std::size_t i = 1; i < net_.steps.size(); ++i) {
      now_ = static_cast<std::int64_t>(i);
      if (!arrange(net_.steps[i], values_[i])) compute(i);
    }
    ++now_;
    use(value(net_.output));
    return placed();
  }

 private:
  const Parts& value(Value v) const { return values_[static_cast<std::size_t>(v.step)]; }
  const Shape& shape(Value v) const { return net_.steps[static_cast<std::size_t>(v.step)].output; }

  Parts make(const Shape& s) {
    Parts parts;
    const std::int64_t plane = plane_size(s);
    for (std::int64_t c = 0; c < s.size() / std::max<std::int64_t>(1, plane); ++c)
      parts.push_back({arrays_.size(), c * plane});
    arrays_.push_back({s.size(), now_, now_});
    return parts;
  }
  void use(const Parts& parts) {
    for (const Plane& p : parts) arrays_[p.array].last = now_;
  }

  // Steps that only say which channels are which.
  bool arrange(const FoldedStep& s, Parts& to) const {
    if (const auto* c = std::get_if<Channels>(&s.layer)) {
      const Parts& from = value(s.inputs[0]);
      to.assign(from.begin() + c->first, from.begin() + c->last);
    } else if (const auto* shuffle = std::get_if<ChannelShuffle>(&s.layer)) {
      const Parts& from = value(s.inputs[0]);
      const std::size_t groups = static_cast<std::size_t>(shuffle->groups),
                        size = from.size() / groups;
      for (std::size_t i = 0; i < from.size(); ++i)
        to.push_back(from[i % groups * size + i / groups]);
    } else if (std::holds_alternative<Concat>(s.layer)) {
      for (const Value v : s.inputs) to.insert(to.end(), value(v).begin(), value(v).end());
    } else {
      return false;
    }
    return true;
  }

  void compute(std::size_t i) {
    const FoldedStep& s = net_.steps[i];
    Computed c{static_cast<std::int64_t>(i), {}, 0, -1};
    for (const Value v : s.inputs) {
      c.inputs.push_back(value(v));
      use(value(v));
      const Shape& from = shape(v);
      if (needs_neighbours(s) && !are_neighbours(value(v), plane_size(from))) {
        c.together = std::ssize(arrays_);
        make(from);
      }
    }
    c.output = arrays_.size();
    values_[i] = make(s.output);
    computed_.push_back(std::move(c));
  }

  Layout placed() const {
    const Arena arena = place(arrays_);
    const auto planes = [&arena](const Parts& parts) {
      Planes all;
      for (const Plane& p : parts) all.push_back(arena.offsets[p.array] + p.offset);
      return all;
    };
    Layout l{{}, planes(value(net_.output)), arena.offsets[0], arena.size, 0};
    for (const Computed& c : computed_) {
      PlannedStep step{c.step, {}, arena.offsets[c.output], -1};
      for (const Parts& p : c.inputs) step.inputs.push_back(planes(p));
      if (c.together >= 0) step.together = arena.offsets[static_cast<std::size_t>(c.together)];
      l.steps.push_back(std::move(step));
    }
    for (const Lifetime& a : arrays_) l.size_of_all += a.size;
    return l;
  }

  struct Computed {
    std::int64_t step;
    std::vector<Parts> inputs;
    std::size_t output;
    std::int64_t together;  // an array, or -1
  };

  const Folded& net_;
  std::vector<Parts> values_;  // of every step
  std::vector<Lifetime> arrays_;
  std::vector<Computed> computed_;
  std::int64_t now_ = 0;
};

}  // namespace

Layout lay_out(const Folded& net) { return Planner(net).run(); }

std::vector<PlaneRun> runs(const Planes& planes, std::int64_t plane_size) {
  std::vector<PlaneRun> all;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    if (i > 0 && planes[i] == planes[i - 1] + plane_size) {
      ++all.back().count;
    } else {
      all.push_back({planes[i], static_cast<std::int64_t>(i), 1});
    }
  }
  return all;
}

}  // namespace dlt::models::vision
