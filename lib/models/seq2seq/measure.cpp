#include "models/seq2seq/measure.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/autograd.h"
#include "eval/bleu.h"

namespace dlt::models {

train::Metrics measure_loss(const Seq2SeqNet& net, const std::vector<data::Pair>& pairs,
                            const data::Marks& marks, std::int64_t batch_tokens,
                            std::int64_t most_batches) {
  if (pairs.empty()) return {};
  const autograd::NoGrad off;
  std::vector<const data::Pair*> order;
  for (const data::Pair& p : pairs) order.push_back(&p);
  data::sort_by_length(order);
  const auto batches = data::cut_by_tokens(order, batch_tokens);
  const std::int64_t there = std::ssize(batches);
  const std::int64_t wanted = most_batches > 0 ? std::min(there, most_batches) : there;
  double total = 0, counted = 0;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const data::PairBatch batch =
        data::make_batch(batches[static_cast<std::size_t>(i * there / wanted)], marks);
    const auto count = static_cast<double>(
        std::ranges::count_if(batch.target.values(), [](std::int32_t t) { return t >= 0; }));
    total += count * static_cast<double>(net.loss(batch, 0, nullptr).item());
    counted += count;
  }
  const double loss = total / counted;
  return {{"loss", loss}, {"perplexity", std::exp(loss)}};
}

std::vector<Hypothesis> search_all(const Seq2SeqNet& net,
                                   const std::vector<std::vector<std::int32_t>>& sources,
                                   const data::Marks& marks, const SearchOptions& options,
                                   const std::function<void(double)>& stage) {
  constexpr std::size_t most_rows = 256;  // beams of all sources, side by side
  const autograd::NoGrad off;
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::less<>(), [&](std::size_t i) { return sources[i].size(); });
  const std::size_t batch =
      std::max<std::size_t>(most_rows / static_cast<std::size_t>(options.beam), 1);
  std::vector<Hypothesis> found(sources.size());
  for (std::size_t at = 0; at < order.size(); at += batch) {
    stage(static_cast<double>(at) / static_cast<double>(order.size()));
    const auto part = std::span(order).subspan(at, std::min(batch, order.size() - at));
    std::vector<std::vector<std::int32_t>> some;
    for (const std::size_t i : part) some.push_back(sources[i]);
    auto best = search(net, some, marks, options);
    for (std::size_t i = 0; i < part.size(); ++i) found[part[i]] = std::move(best[i]);
  }
  return found;
}

Translated translate_held_out(const Seq2SeqNet& net, const HeldOutPairs& held_out,
                              const data::PairVocabulary& vocabulary, const SearchOptions& options,
                              const std::string& tokenize, std::int64_t most,
                              const std::function<void(double)>& stage) {
  const std::int64_t there = std::ssize(held_out.encoded.pairs);
  const std::int64_t wanted = most > 0 ? std::min(there, most) : there;
  if (wanted == 0) return {};
  std::vector<std::vector<std::int32_t>> sources;
  Translated t;
  std::vector<std::string> targets;  // as decoded: what an exact output decodes to
  for (std::int64_t i = 0; i < wanted; ++i) {
    const auto at = static_cast<std::size_t>(i * there / wanted);
    const std::size_t place = held_out.encoded.places[at];
    sources.push_back(held_out.encoded.pairs[at].source);
    targets.push_back(vocabulary.decode(held_out.encoded.pairs[at].target));
    t.sources.push_back(held_out.texts.source[place]);
    t.references.push_back(held_out.texts.target[place]);
  }
  double exact = 0;
  for (const Hypothesis& h : search_all(net, sources, vocabulary.marks, options, stage)) {
    t.outputs.push_back(vocabulary.decode(h.tokens));
    exact += t.outputs.back() == targets[t.outputs.size() - 1] ? 1 : 0;
  }
  const eval::BleuOptions bleu_options{.tokenize = tokenize};
  const eval::Bleu bleu = eval::bleu(t.outputs, {t.references}, bleu_options);
  t.metrics = {{"bleu", bleu.score},
               {"chrf", eval::chrf(t.outputs, {t.references})},
               {"exact", exact / static_cast<double>(wanted)}};
  t.bleu_line = bleu.line();
  t.bleu_signature = eval::bleu_signature(1, bleu_options);
  t.chrf_signature = eval::chrf_signature(1, {});
  return t;
}

}  // namespace dlt::models
