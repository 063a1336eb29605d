#include "models/backbone/stack_lm.h"
#include "models/embedding/word2vec.h"
#include "models/lru/lru.h"
#include "models/mamba/mamba.h"
#include "models/mamba/mamba_lm.h"
#include "models/model.h"
#include "models/ngram/ngram_lm.h"
#include "models/recurrent/recurrent_lm.h"
#include "models/retnet/retnet.h"
#include "models/rwkv/rwkv.h"
#include "models/s4/s4.h"
#include "models/seq2seq/lstm_net.h"
#include "models/seq2seq/seq2seq_model.h"
#include "models/seq2seq/transformer_net.h"
#include "models/sequence/sequence_model.h"
#include "models/sequential/sequential.h"
#include "models/text_classifier/text_classifier.h"
#include "models/transformer/transformer_lm.h"
#include "models/vision/vision_model.h"

namespace dlt::models {

// The public names. To add a model: write its folder, add its line here.
const Registry<ModelType>& catalog() {
  static const Registry<ModelType> models(
      "model",
      {
          {{"lm.transformer", "transformer"},
           "decoder-only Transformer language model (GPT-2, Llama)",
           {make_transformer_lm, R"({"model": {"name": "lm.transformer"}})"}},
          {{"lm.rnn"},
           "recurrent language model: plain (Elman) network",
           {make_rnn_lm, R"({"model": {"name": "lm.rnn"}})"}},
          {{"lm.lstm"},
           "recurrent language model: long short-term memory",
           {make_lstm_lm, R"({"model": {"name": "lm.lstm"}})"}},
          {{"lm.gru"},
           "recurrent language model: gated recurrent units",
           {make_gru_lm, R"({"model": {"name": "lm.gru"}})"}},
          {{"lm.mamba"},
           "selective state space language model (Mamba)",
           {make_mamba_lm, R"({"model": {"name": "lm.mamba"}})"}},
          {{"lm.retnet"},
           "language model of retention with decay, head by head (RetNet)",
           {make_stack_lm<read_retnet>, R"({"model": {"name": "lm.retnet"}})"}},
          {{"lm.rwkv"},
           "language model of weighted averages with decay, channel by channel (RWKV-4)",
           {make_stack_lm<read_rwkv>, R"({"model": {"name": "lm.rwkv"}})"}},
          {{"lm.s4"},
           "structured state space language model (S4)",
           {make_stack_lm<read_s4>, R"({"model": {"name": "lm.s4"}})"}},
          {{"lm.s4d"},
           "state space language model, diagonal and the same at every step (S4D)",
           {make_stack_lm<read_s4d>, R"({"model": {"name": "lm.s4d"}})"}},
          {{"lm.lru"},
           "linear recurrent unit language model (LRU)",
           {make_stack_lm<read_lru>, R"({"model": {"name": "lm.lru"}})"}},
          {{"lm.ngram", "ngram"},
           "n-gram language model, counted and smoothed",
           {make_ngram_lm, R"({"model": {"name": "lm.ngram"}})"}},
          {{"embed.word2vec", "word2vec"},
           "word vectors: skip-gram, CBOW, GloVe",
           {make_word2vec, R"({"model": {"name": "embed.word2vec"}})"}},
          {{"seq2seq.transformer"},
           "encoder-decoder Transformer (Vaswani et al. 2017; Marian)",
           {make_seq2seq<make_seq2seq_transformer>,
            R"({"model": {"name": "seq2seq.transformer"}})"}},
          {{"seq2seq.lstm"},
           "LSTM encoder and decoder with attention (Luong et al. 2015)",
           {make_seq2seq<make_seq2seq_lstm>, R"({"model": {"name": "seq2seq.lstm"}})"}},
          {{"seq.mamba"},
           "classes or numbers of sequences: Mamba",
           {make_sequence_model<read_stack<read_mamba>>, R"({"model": {"name": "seq.mamba"}})"}},
          {{"seq.s4"},
           "classes or numbers of sequences: S4",
           {make_sequence_model<read_stack<read_s4>>, R"({"model": {"name": "seq.s4"}})"}},
          {{"seq.s4d"},
           "classes or numbers of sequences: S4D",
           {make_sequence_model<read_stack<read_s4d>>, R"({"model": {"name": "seq.s4d"}})"}},
          {{"seq.lru"},
           "classes or numbers of sequences: linear recurrent unit",
           {make_sequence_model<read_stack<read_lru>>, R"({"model": {"name": "seq.lru"}})"}},
          {{"seq.retnet"},
           "classes or numbers of sequences: RetNet",
           {make_sequence_model<read_stack<read_retnet>>, R"({"model": {"name": "seq.retnet"}})"}},
          {{"seq.rwkv"},
           "classes or numbers of sequences: RWKV-4",
           {make_sequence_model<read_stack<read_rwkv>>, R"({"model": {"name": "seq.rwkv"}})"}},
          {{"seq.lstm"},
           "classes or numbers of sequences: long short-term memory",
           {make_sequence_model<read_recurrent<nn::Cell::lstm>>,
            R"({"model": {"name": "seq.lstm"}})"}},
          {{"seq.gru"},
           "classes or numbers of sequences: gated recurrent units",
           {make_sequence_model<read_recurrent<nn::Cell::gru>>,
            R"({"model": {"name": "seq.gru"}})"}},
          {{"seq.transformer"},
           "classes or numbers of sequences: Transformer",
           {make_sequence_model<read_transformer>, R"({"model": {"name": "seq.transformer"}})"}},
          {{"net.sequential", "sequential"},
           "a list of layers, trained to tell classes or numbers from examples",
           {make_sequential,
            R"({"model": {"name": "net.sequential", "input": [2],
                                     "layers": [{"name": "layers.identity"}]}})"}},
          {{"vision.googlenet"},
           "classes of pictures: GoogLeNet (Inception v1) with batch norms",
           {make_classifier<vision::read_googlenet>, R"({"model": {"name": "vision.googlenet"}})"}},
          {{"vision.inception_v3"},
           "classes of pictures: Inception v3",
           {make_classifier<vision::read_inception_v3>,
            R"({"model": {"name": "vision.inception_v3"}})"}},
          {{"vision.xception"},
           "classes of pictures: Xception",
           {make_classifier<vision::read_xception>, R"({"model": {"name": "vision.xception"}})"}},
          {{"vision.squeezenet"},
           "classes of pictures: SqueezeNet",
           {make_classifier<vision::read_squeezenet>,
            R"({"model": {"name": "vision.squeezenet"}})"}},
          {{"vision.mobilenet_v1"},
           "classes of pictures: MobileNet",
           {make_classifier<vision::read_mobilenet_v1>,
            R"({"model": {"name": "vision.mobilenet_v1"}})"}},
          {{"vision.mobilenet_v2"},
           "classes of pictures: MobileNet v2",
           {make_classifier<vision::read_mobilenet_v2>,
            R"({"model": {"name": "vision.mobilenet_v2"}})"}},
          {{"vision.shufflenet_v1"},
           "classes of pictures: ShuffleNet of 1 to 8 groups",
           {make_classifier<vision::read_shufflenet_v1>,
            R"({"model": {"name": "vision.shufflenet_v1"}})"}},
          {{"vision.shufflenet_v2"},
           "classes of pictures: ShuffleNet v2",
           {make_classifier<vision::read_shufflenet_v2>,
            R"({"model": {"name": "vision.shufflenet_v2"}})"}},
          {{"vision.resnet18"},
           "classes of pictures: ResNet of 18 layers",
           {make_classifier<vision::read_resnet18>, R"({"model": {"name": "vision.resnet18"}})"}},
          {{"net.text_classifier", "text_classifier"},
           "mean of the word vectors of a text and a linear layer, as fastText's",
           {make_text_classifier, R"({"model": {"name": "net.text_classifier"}})"}},
      });
  return models;
}

std::unique_ptr<Model> make_model(config::Reader& root, const Origin& origin) {
  auto model = root.child("model");
  model.need("name", "a string");
  std::string name;
  return model.named("name", name, catalog()).make.make(root, origin);
}

std::vector<config::Attribute> attributes_of(const ModelType& type) {
  auto root = config::Reader::parse_text(std::string(type.example), "example");
  make_model(root, {.run = "", .purpose = Purpose::look});
  auto all = root.attributes();
  std::erase_if(all, [](const config::Attribute& a) {
    return a.pointer == "/model/name" || a.pointer.starts_with("/model/layers/");
  });
  return all;
}

}  // namespace dlt::models
