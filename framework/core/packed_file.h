// Reading files in pieces, as they are or out of gzip, up to a limit.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace polysweep {

// Hands the bytes of a file as they are to `take`, in pieces. Throws Error naming
// the file.
void read_in_pieces(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take);

// The content of a file; one that ends in .gz is decompressed. Reads no more than
// `most_bytes`, also of a pipe, a device and of compressed content. Throws Error
// naming the file.
std::string read_at_most(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace polysweep
