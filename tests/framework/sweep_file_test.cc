// docs/sweep_file.md: every block of it is planned, and has as many trials as
// it says.
#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/file/sweep_override.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/plan/plan_selection.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

struct Block {
  std::string language;
  std::string text;
};

std::vector<Block> blocks_of_page() {
  std::ifstream page(POLYSWEEP_SOURCE_FOLDER "/docs/sweep_file.md");
  REQUIRE(page.good());
  std::vector<Block> blocks;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), ""});
    } else if (inside) {
      blocks.back().text += line + "\n";
    }
  }
  REQUIRE_FALSE(inside);
  return blocks;
}

ParameterSpec parameter(const char* name, Value default_value) {
  ParameterSpec spec;
  spec.name = name;
  spec.type = default_value.type();
  spec.default_value = std::move(default_value);
  return spec;
}

// What the page says about the experiment `translation`.
Catalogue page_catalogue() {
  ParameterSpec encoding = parameter("encoding", Value("none"));
  encoding.words = {"none", "sinusoidal", "learned", "rope", "legendre_position"};
  ParameterSpec order = parameter("order", Value(1));
  order.default_value = Value("full");
  order.words = {"full"};
  order.when = {{"encoding", {Value("sinusoidal"), Value("learned"), Value("legendre_position")}}};
  ExperimentSpec spec;
  spec.name = "translation";
  spec.schema = Schema({encoding, order, parameter("corpus", Value("synthetic")),
                        parameter("dimension", Value(64)), parameter("layers", Value(2)),
                        parameter("dropout", Value(0.1)), parameter("learning_rate", Value(0.005)),
                        parameter("label_smoothing", Value(0.1)), parameter("updates", Value(400)),
                        parameter("seed", Value(0))});
  spec.metrics = {{"test_bleu", Goal::kMaximize, "", ""},
                  {"validation_loss", Goal::kMinimize, "", ""},
                  {"test_chrf", Goal::kMaximize, "", ""}};
  return {"", {spec}};
}

std::string problem_or_trials(const std::string& text, const std::vector<std::string>& overrides) {
  try {
    DataFolder data("");
    return std::to_string(
        Plan(parse_sweep(text, "encodings.toml", overrides, page_catalogue()), data).size());
  } catch (const std::exception& error) {
    return error.what();
  }
}

// As a command plans them: without --as the words select.
std::string selected_trials(const std::string& text, std::vector<std::string> words) {
  const auto as = std::find(words.begin(), words.end(), "--as");
  if (as != words.end()) {
    return problem_or_trials(text, {words.begin(), as});
  }
  DataFolder data("");
  const Plan plan(parse_sweep(text, "encodings.toml", {}, page_catalogue()), data);
  std::vector<Override> read;
  for (const std::string& word : words) {
    read.push_back(read_override(plan.sweep().experiment.schema, word));
  }
  const PlanSelection selection = select_trials(plan, read);
  return selection.outside.empty() ? std::to_string(selection.trials.size()) : selection.outside;
}

// "# 12 trials" at its end, or on its first line.
std::string stated_trials(const std::string& text) {
  std::smatch match;
  REQUIRE(std::regex_search(text, match, std::regex("# ([0-9]+) trials")));
  return match[1];
}

// The words behind "polysweep plan FILE", as a shell gives them.
std::vector<std::string> override_words(std::string line) {
  line = std::regex_replace(line.substr(0, line.find('#')), std::regex("'"), "");
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  REQUIRE(words.size() > 3);
  REQUIRE(words[1] == "plan");
  return {words.begin() + 3, words.end()};
}

// A working folder with the program that the page speaks of.
class ProgramFolder {
 public:
  ProgramFolder() : before_(std::filesystem::current_path()) {
    folder_.write("train.py", "");
    std::filesystem::current_path(folder_.path());
  }
  ~ProgramFolder() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("every block of the page about sweep files is planned", "[sweep]") {
  const ProgramFolder folder;
  const std::string head = "sweep = \"s\"\nexperiment = \"translation\"\n";
  int count = 0;
  for (const Block& block : blocks_of_page()) {
    if (block.language != "toml") continue;
    ++count;
    INFO(block.text);
    const bool whole = block.text.find("\nsweep ") != std::string::npos;
    CHECK(problem_or_trials(whole ? block.text : head + block.text, {}) ==
          stated_trials(block.text));
  }
  CHECK(count >= 6);
}

TEST_CASE("the messages of the page about sweep files are those that are given", "[sweep]") {
  std::string file;
  std::string messages;
  for (const Block& block : blocks_of_page()) {
    if (block.language == "toml" && file.empty()) file = block.text;
    if (block.language == "text") messages += block.text;
  }
  const auto with = [&](const std::string& words, const std::string& others) {
    std::string wrong = file;
    REQUIRE(wrong.find(words) != std::string::npos);
    wrong.replace(wrong.find(words), words.size(), others);
    return problem_or_trials(wrong, {}) + "\n";
  };
  CHECK(messages == with("\"sinusoidal\"", "\"sinusodial\"") + with("order ", "ordr ") +
                        with("[64, 128]", "[64, 128, 6.4e1]") + with("updates = 400", "seed = 0") +
                        problem_or_trials(file, {"encoding=rope"}) + "\n");
}

TEST_CASE("every override of the page about sweep files has its trials", "[sweep]") {
  std::string file;
  int count = 0;
  for (const Block& block : blocks_of_page()) {
    if (block.language == "toml" && file.empty()) file = block.text;
    if (block.language != "sh") continue;
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line); ++count) {
      INFO(line);
      CHECK(selected_trials(file, override_words(line)) == stated_trials(line));
    }
  }
  CHECK(count >= 6);
}

}  // namespace polysweep
