#pragma once

#include <cstddef>

#include "ngram/array.h"
#include "ngram/counts.h"
#include "ngram/levels.h"

namespace dlt::ngram {

// Where arrays of so many bytes together go: into memory if the workspace allows it, else to disk.
Storage room_for(std::size_t bytes, const Workspace& work);

// So many nodes are worked on before the pages of arrays in files are given back.
constexpr std::size_t piece = 1 << 20;
// The end of a piece of a level that begins at `begin`: at most `most` nodes with at most `most`
// children, at least one node. `first` as in Branches.
std::size_t piece_end(const Array<Node>& first, std::size_t begin, std::size_t most = piece);

}  // namespace dlt::ngram
