#include "embed/trainer.h"

#include "base/error.h"
#include "embed/word2vec.h"

namespace dlt::embed {

std::unique_ptr<Trainer> make_trainer(const Settings& settings, const Corpus& corpus) {
  require(settings.dim >= 1, Exit::usage, "dim is {}; vectors have at least 1 number",
          settings.dim);
  require(settings.epochs >= 1, Exit::usage, "epochs is {}; 1 is the least", settings.epochs);
  require(settings.method != Method::glove, Exit::usage,
          "the method glove is none of word2vec's; choose skipgram or cbow");
  return make_word2vec(settings, corpus);
}

}  // namespace dlt::embed
