// Patterns that find metrics in lines, and the quick search for lines that may match.
#include "framework/sweep/output_pattern.h"

#include <random>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

std::string found(const OutputPattern& pattern, const std::string& line) {
  std::vector<OutputPattern::Group> groups;
  if (!pattern.match(line, groups)) return "none";
  std::string out;
  for (const auto& [name, value] : groups) {
    out += std::string(name) + "=" + std::string(value) + ";";
  }
  return out;
}

}  // namespace

TEST_CASE("named groups of a pattern are metrics", "[capture]") {
  const OutputPattern pattern(
      R"(epoch (?P<step>\d+)(/\d+)? loss (?P<loss>\S+)( acc (?P<acc>\S+))?)");
  CHECK(found(pattern, "epoch 3/10 loss 0.5 acc 0.9") == "step=3;loss=0.5;acc=0.9;");
  CHECK(found(pattern, "[x] epoch 3 loss nan") == "step=3;loss=nan;");
  CHECK(found(pattern, "epoch x loss 1") == "none");
  CHECK_THROWS_WITH(OutputPattern("loss (.*)"), Contains("has no named group that is a metric"));
  CHECK_THROWS_WITH(OutputPattern("a(?P<x>b)[z"), Contains("column 10: missing ]"));
  CHECK_NOTHROW(OutputPattern("resumed from (?P<resumed>\\d+)"));
}

TEST_CASE("the quick search finds every line that matches", "[capture]") {
  std::mt19937 random(3);
  const std::string alphabet = "ab1 \n\n";
  for (const char* text : {"a(?P<m>\\d)", "^a(?P<m>b*)$", "(?P<m>\\d)\\s+b", "\\bab\\b(?P<m>.*)",
                           "\\Aa(?P<m>1)", "a(?P<m>1)\\z", "(?P<m>a|b$)", "(?i)B (?P<m>\\S)"}) {
    const OutputPattern pattern(text);
    for (int round = 0; round < 300; ++round) {
      std::string lines(random() % 40, ' ');
      for (char& c : lines) c = alphabet[random() % alphabet.size()];
      lines += '\n';
      std::vector<std::size_t> every, quick;
      std::vector<OutputPattern::Group> groups;
      for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        if (pattern.match(std::string_view(lines).substr(at, end - at), groups)) {
          every.push_back(at);
        }
        at = end + 1;
      }
      for (std::size_t at = 0; at < lines.size();) {
        const std::size_t hit = pattern.find_candidate(std::string_view(lines).substr(at));
        if (hit == std::string::npos) break;
        const std::size_t before =
            at + hit == 0 ? std::string::npos : lines.rfind('\n', at + hit - 1);
        const std::size_t begin = std::max(at, before == std::string::npos ? 0 : before + 1);
        const std::size_t end = lines.find('\n', at + hit);
        if (end == std::string::npos) break;
        if (pattern.match(std::string_view(lines).substr(begin, end - begin), groups)) {
          quick.push_back(begin);
        }
        at = end + 1;
      }
      INFO(text << " in " << lines);
      CHECK(quick == every);
    }
  }
}

}  // namespace polysweep
