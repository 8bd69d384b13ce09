#include "experiments/encodings/encoding.h"

namespace polysweep {

std::unique_ptr<Encoding> make_none(const EncodingContext&) { return std::make_unique<Encoding>(); }

}  // namespace polysweep
