#include "autograd/autograd.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "base/parallel.h"

namespace dlt::autograd {
namespace {

thread_local bool recording = true;
thread_local bool checking = false;
thread_local std::uint64_t next_order = 0;

// Everything the roots were made of, latest op first. No recursion: graphs are deep.
std::vector<Tensor> made_of(const std::vector<Tensor>& roots) {
  std::vector<Tensor> found, pending = roots;
  std::unordered_set<const Node*> seen;
  while (!pending.empty()) {
    Tensor t = std::move(pending.back());
    pending.pop_back();
    const Node* node = t.body()->node.get();
    if (node == nullptr || !seen.insert(node).second) continue;
    for (const Tensor& input : node->inputs) {
      if (input.needs_grad()) pending.push_back(input);
    }
    found.push_back(std::move(t));
  }
  std::ranges::sort(found, std::greater<>(), [](const Tensor& t) { return t.body()->node->order; });
  return found;
}

void attach(Tensor y, Node node) {
  y.set_needs_grad();
  y.body()->node = std::make_shared<Node>(std::move(node));
}

void check_gradients(const Node& node) {
  for (const Tensor& input : node.inputs) {
    require(!input.has_grad() || all_finite(input.grad()), Exit::diverged,
            "the gradient of an input {} of op '{}' is not finite", input.shape(), node.op);
  }
}

}  // namespace

InputGrads::Slot InputGrads::slot(std::size_t i) {
  Tensor::Body& b = *inputs_[i].body();
  const bool accumulate = b.grad != nullptr;
  if (!accumulate) b.grad = std::make_shared<Storage>(b.shape.size());
  if (b.grad.use_count() > 1) {  // share() lent it to another tensor too
    auto own = std::make_shared<Storage>(b.shape.size());
    std::copy_n(b.grad->data(), b.shape.size(), own->data());
    b.grad = std::move(own);
  }
  return {b.grad->data(), accumulate};
}

real* InputGrads::operator[](std::size_t i) {
  const Slot s = slot(i);
  if (!s.accumulate) std::fill_n(s.data, inputs_[i].size(), real(0));
  return s.data;
}

void InputGrads::share(std::size_t i, const Tensor& gradient) {
  Tensor::Body& b = *inputs_[i].body();
  if (b.grad == nullptr) {
    b.grad = gradient.body()->storage;
    return;
  }
  real* sum = slot(i).data;
  constexpr std::int64_t worth_a_thread = 1 << 15;
  parallel_for(gradient.size(), worth_a_thread,
               [sum, more = gradient.data()](std::int64_t from, std::int64_t to) {
                 for (std::int64_t j = from; j < to; ++j) sum[j] += more[j];
               });
}

bool all_finite(const Tensor& t) {
  return std::ranges::all_of(t.values(), [](real v) { return std::isfinite(v); });
}

bool records(const std::vector<Tensor>& inputs) {
  return recording && std::ranges::any_of(inputs, &Tensor::needs_grad);
}

Tensor record(std::string_view op, Tensor y, std::vector<Tensor> inputs, Backward backward) {
  if (checking) {
    require(all_finite(y), Exit::diverged, "the result {} of op '{}' is not finite", y.shape(), op);
  }
  if (records(inputs)) attach(y, Node{op, next_order++, std::move(inputs), std::move(backward)});
  return y;
}

// A joint node has the op's inputs; each result has a node of its own that hands over its gradient.
// The joint tensor is empty: that it has a gradient says that some result had one.
std::vector<Tensor> record(std::string_view op, std::vector<Tensor> ys, std::vector<Tensor> inputs,
                           BackwardOfAll backward) {
  const Tensor joint = Tensor::without_array({0});
  const auto handed = std::make_shared<std::vector<Tensor>>(ys.size());
  if (records(inputs)) {
    std::vector<Shape> shapes;
    for (const Tensor& y : ys) shapes.push_back(y.shape());
    const auto all = [shapes, handed, backward = std::move(backward)](const Tensor&,
                                                                      InputGrads& dx) {
      std::vector<Tensor> dys = std::move(*handed);
      for (std::size_t i = 0; i < dys.size(); ++i) {
        if (!dys[i].defined()) dys[i] = Tensor::zeros(shapes[i]);
      }
      backward(dys, dx);
    };
    attach(joint, Node{op, next_order++, std::move(inputs), all});
  }
  for (std::size_t i = 0; i < ys.size(); ++i) {
    ys[i] = record(op, ys[i], {joint}, [handed, i](const Tensor& dy, InputGrads& dx) {
      dx[0];
      (*handed)[i] = dy;
    });
  }
  return ys;
}

void backward(const Tensor& loss) {
  require(loss.size() == 1,
          "backward() starts from a scalar, not shape {}: give it a vector of that shape too",
          loss.shape());
  backward(loss, Tensor::filled(loss.shape(), 1));
}

void backward(const Tensor& y, const Tensor& dy) {
  backward(std::vector<Tensor>{y}, std::vector<Tensor>{dy});
}

void backward(const std::vector<Tensor>& ys, const std::vector<Tensor>& dys) {
  std::vector<Tensor> start = ys;
  for (std::size_t i = 0; i < ys.size(); ++i) {
    require(dys[i].shape() == ys[i].shape(), "backward(): the vector {} does not fit the result {}",
            dys[i].shape(), ys[i].shape());
    require(ys[i].needs_grad(),
            "backward(): the result depends on no tensor that needs a gradient");
    InputGrads(start).share(i, dys[i]);
  }
  for (Tensor& made : made_of(ys)) {
    const Tensor result = std::move(made);  // freed at the end of this turn
    Tensor::Body& body = *result.body();
    const auto node = std::move(body.node);
    if (!body.grad) continue;
    const Frame frame("backward of", node->op);
    InputGrads dx(node->inputs);
    const Tensor upstream = result.grad();
    body.grad.reset();
    node->backward(upstream, dx);
    if (checking) check_gradients(*node);
  }
}

NoGrad::NoGrad() : before_(recording) { recording = false; }
NoGrad::~NoGrad() { recording = before_; }

CheckFinite::CheckFinite() : before_(checking) { checking = true; }
CheckFinite::~CheckFinite() { checking = before_; }

}  // namespace dlt::autograd
