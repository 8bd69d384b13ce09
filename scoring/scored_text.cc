#include "scoring/scored_text.h"

#include <cstddef>

#include "framework/core/error.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

void check_utf8(std::span<const std::string> texts, const char* side) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!is_utf8(texts[i]))
      fail("{} sentence {} is not UTF-8: scores count characters", side, i + 1);
  }
}

}  // namespace

void check_scored_texts(std::span<const std::string> hypotheses,
                        std::span<const std::string> references) {
  if (references.empty()) fail("no reference sentences: a score compares at least one pair");
  if (hypotheses.size() != references.size()) {
    fail("{} hypothesis sentences for {} reference sentences: a score needs one for each",
         hypotheses.size(), references.size());
  }
  check_utf8(hypotheses, "hypothesis");
  check_utf8(references, "reference");
}

}  // namespace polysweep
