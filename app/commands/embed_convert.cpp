#include "commands/embed_convert.h"

#include <fmt/format.h>

#include "base/file.h"
#include "embed/vector_file.h"

namespace dlt::app {

void embed_convert(const EmbedConvertOptions& o) {
  const embed::VectorFormat format =
      o.format.empty() ? embed::format_of(o.out, embed::VectorFormat::word2vec_text)
                       : embed::vector_formats().find(o.format).make;
  require(!same_file(o.in, o.out), Exit::usage,
          "--out '{}' is where the vectors come from: give the name of another file", o.out);
  embed::Vectors vectors = embed::read_vectors(o.in);
  if (o.top > 0) vectors = embed::first_words(vectors, o.top);
  if (o.normalize) vectors.rows = embed::unit_rows(vectors.rows);
  embed::write_vectors(o.out, vectors, format);
  fmt::print(stderr, "{}: {} words of {} numbers, {}\n", o.out, vectors.size(), vectors.dim(),
             embed::vector_formats().of(format)->summary);
}

}  // namespace dlt::app
