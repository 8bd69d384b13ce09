// Byte pair pieces as SentencePiece learns and applies them (Kudo 2018).
//
// SentencePiece contains a copy of protobuf with the same symbol names as the one that
// LibTorch loads. Linked into one program, one calls the other and the program crashes
// at its start. So SentencePiece is linked into a separate module, which is loaded when
// the first vocabulary needs it and keeps its symbols to itself (RTLD_LOCAL,
// RTLD_DEEPBIND). This file is the interface between module and program: plain values,
// and errors as text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

// Immutable; may be used from several threads. Functions that return text
// return "" or an error message.
class PieceModel {
 public:
  virtual ~PieceModel() = default;
  virtual int size() const = 0;
  virtual std::string encode(std::string_view text, std::vector<int>& pieces) const = 0;
  virtual std::string decode(const std::vector<int>& pieces, std::string& text) const = 0;
  // `number` is from 0 to size() - 1.
  virtual std::string piece(int number) const = 0;
};

// The numbers of the special pieces.
struct SpecialPieces {
  int pad = 0;
  int begin = 1;
  int end = 2;
  int unknown = 3;
};

class PieceLibrary {
 public:
  // Learns exactly `size` pieces, special ones included, from the lines of both
  // lists, and writes the model's bytes. Only runs of spaces are
  // normalised; one thread and no sampling, so that the same text gives the same
  // model.
  virtual std::string learn(int size, const SpecialPieces& special,
                            const std::vector<std::string>& lines,
                            const std::vector<std::string>& more_lines,
                            std::string& model) const = 0;
  virtual std::string load(const std::string& model, std::unique_ptr<PieceModel>& loaded) const = 0;

 protected:
  ~PieceLibrary() = default;
};

// The library in the module, loaded once. Throws Error if it cannot be loaded.
const PieceLibrary& piece_library();

}  // namespace polysweep
