#include "autograd/graph.h"

#include <algorithm>
#include <fmt/core.h>

#include "autograd/autograd.h"

namespace dlt::autograd {
namespace {

// Numbers in the order in which nodes were first asked for, so that the text has no addresses.
class Numbers {
 public:
  bool add(const void* node) { return known_.emplace(node, known_.size()).second; }
  std::size_t of(const void* node) const { return known_.at(node); }

 private:
  std::map<const void*, std::size_t> known_;
};

const void* identity(const Tensor& t) {
  const auto& body = t.body();
  return body->node ? static_cast<const void*>(body->node.get()) : body.get();
}

std::string vertex(const Tensor& t, std::size_t number,
                   const std::map<const void*, std::string>& names) {
  if (t.body()->node) {
    return fmt::format("  n{} [shape=box, label=\"{}\\n{}\"];\n", number, t.body()->node->op,
                       t.shape());
  }
  const auto name = names.find(t.body().get());
  return fmt::format("  n{} [shape=ellipse, label=\"{}\\n{}\"];\n", number,
                     name == names.end() ? "leaf" : name->second, t.shape());
}

}  // namespace

std::string graph_as_dot(const Tensor& root, const std::map<const void*, std::string>& names) {
  std::string text = "digraph autograd {\n  rankdir=BT;\n  node [fontname=\"sans-serif\"];\n";
  Numbers numbers;
  numbers.add(identity(root));
  text += vertex(root, 0, names);
  std::vector<Tensor> pending = {root};
  while (!pending.empty()) {
    const Tensor t = pending.back();
    pending.pop_back();
    if (!t.body()->node) continue;
    for (const Tensor& input : t.body()->node->inputs) {
      if (!input.needs_grad()) continue;
      if (numbers.add(identity(input))) {
        text += vertex(input, numbers.of(identity(input)), names);
        pending.push_back(input);
      }
      text += fmt::format("  n{} -> n{};\n", numbers.of(identity(input)), numbers.of(identity(t)));
    }
  }
  return text + "}\n";
}

}  // namespace dlt::autograd
