#include "models/language_net.h"

#include "models/export_tensors.h"

namespace dlt::models {

void LanguageNet::export_weights(std::string_view format, const std::string& path,
                                 const nn::StateDict& weights,
                                 const text::Tokenizer& /*tokenizer*/) const {
  export_tensors(format, path, weights);
}

}  // namespace dlt::models
