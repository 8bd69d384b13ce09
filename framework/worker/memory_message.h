// Recognises messages that say that memory ran out.
#pragma once

#include <string_view>

namespace polysweep {

// True where `message` is how a library or a program reports that it could not
// get memory, on the host or on a device: C++, Python, LibTorch, CUDA, the C
// library.
bool reports_out_of_memory(std::string_view message);

}  // namespace polysweep
