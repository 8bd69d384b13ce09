// The rows that an additive position encoding adds to tokens, for figures.
#pragma once

#include <string>
#include <vector>

namespace polysweep {

// `words` are name=value: encoding and its options (encoding.h), dimension,
// positions, heads; what is left out has the default of the schema, positions 50,
// dimension 128. -> {"parameters": {...}, "rank": R, "table": [[...], ...]}, a row a
// position: what embed() adds to a token of zeros, learned tables as they are
// drawn from seed 0; R is Encoding::rank(), null for none. Throws Error for words that do not fit,
// for an encoding that adds nothing to tokens, and in a worker without LibTorch.
std::string encoding_table_json(const std::vector<std::string>& words);

}  // namespace polysweep
