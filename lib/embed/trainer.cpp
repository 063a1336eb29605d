#include "embed/trainer.h"

#include "base/error.h"
#include "embed/glove.h"
#include "embed/word2vec.h"

namespace dlt::embed {

std::unique_ptr<Trainer> make_trainer(const Settings& settings, const Corpus& corpus,
                                      const ngram::Workspace& work, const ngram::Report& report) {
  require(settings.dim >= 1, Exit::usage, "dim is {}; vectors have at least 1 number",
          settings.dim);
  require(settings.epochs >= 1, Exit::usage, "epochs is {}; 1 is the least", settings.epochs);
  if (settings.method == Method::glove) return make_glove(settings, corpus, work, report);
  return make_word2vec(settings, corpus);
}

}  // namespace dlt::embed
