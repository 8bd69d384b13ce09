#include "experiments/encodings/paper_figures.h"

#include <nlohmann/json.hpp>

#include <map>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPolynomials = 6;  // degrees 0 to 5, as in the paper
constexpr int kPolynomialPoints = 400;

using Choices = std::map<std::string, std::string>;

Choices choices_of(const std::vector<std::string>& arguments) {
  Choices choices = {{"positions", "50"}, {"dimension", "128"}, {"heads", "4"},
                     {"head", "0"},       {"offset", "1"},      {"grid", "paper"}};
  std::vector<std::string> known;
  for (const auto& [name, value] : choices) known.push_back(name);
  for (const std::string& argument : arguments) {
    const std::size_t at = argument.find('=');
    const std::string name = argument.substr(0, at);
    if (at == std::string::npos) fail("expected name=value, not '{}'", argument);
    if (choices.count(name) == 0) fail("unknown choice '{}'{}", name, suggestion(name, known));
    choices[name] = argument.substr(at + 1);
  }
  return choices;
}

int number(const Choices& choices, const std::string& name) {
  const std::string& text = choices.at(name);
  if (text.empty() || text.size() > 6 ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    fail("{}={}: expected an integer from 0 on", name, text);
  }
  return std::stoi(text);
}

Json table(const std::string& encoding, int positions, int dimension,
           const std::vector<std::string>& more = {}) {
  Json arguments = {"encoding=" + encoding, "positions=" + std::to_string(positions),
                    "dimension=" + std::to_string(dimension), "heads=1"};
  for (const std::string& each : more) arguments.push_back(each);
  return arguments;
}

}  // namespace

std::string paper_figures_json(const std::vector<std::string>& arguments) {
  const Choices choices = choices_of(arguments);
  const int positions = number(choices, "positions");
  const int dimension = number(choices, "dimension");
  const int heads = number(choices, "heads");
  Json all_heads = Json::array();
  for (int head = 0; head < heads; ++head) all_heads.push_back(head);
  const Json sinusoidal = table("sinusoidal", positions, dimension);
  const Json legendre = table("legendre_position", positions, dimension,
                              {"offset=" + choices.at("offset"), "grid=" + choices.at("grid")});
  Json figures = Json::array();
  figures.push_back({{"kind", "table_map"},
                     {"id", "paper-1-sinusoidal-map"},
                     {"title", "sinusoidal"},
                     {"table", sinusoidal},
                     {"row", "position"}});
  figures.push_back({{"kind", "table_map"},
                     {"id", "paper-2-sinusoidal-heads"},
                     {"title", "sinusoidal"},
                     {"table", sinusoidal},
                     {"row", "position"},
                     {"part", "head"},
                     {"parts", heads},
                     {"shown", all_heads},
                     {"standardize", true},
                     {"caption", "The paper does not say how it scales."}});
  figures.push_back(
      {{"kind", "table_rows"},
       {"id", "paper-3-legendre-polynomials"},
       {"title", "Legendre polynomials"},
       {"table", table("legendre_position", kPolynomials, kPolynomialPoints, {"offset=0"})},
       {"row", "degree"},
       {"from", -1},
       {"to", 1}});
  figures.push_back({{"kind", "table_map"},
                     {"id", "paper-4-legendre-map"},
                     {"title", "legendre_position"},
                     {"table", legendre},
                     {"row", "position"}});
  figures.push_back({{"kind", "table_map"},
                     {"id", "paper-5-legendre-head"},
                     {"title", "legendre_position"},
                     {"table", legendre},
                     {"row", "position"},
                     {"part", "head"},
                     {"parts", heads},
                     {"shown", {number(choices, "head")}}});
  // Unscaled rows, all degrees and its own grid are the paper's.
  figures.push_back({{"kind", "curves"},
                     {"id", "paper-6-training-loss"},
                     {"title", "Training loss"},
                     {"experiment", "translation"},
                     {"metric", "training_loss"},
                     {"cells",
                      {{{"require", {"encoding=sinusoidal"}}},
                       {{"require", {"encoding=legendre_position"}},
                        {"prefer", {"norm=raw", "order=full", "grid=paper"}}}}}});
  return Json{{"figures", figures}}.dump();
}

}  // namespace polysweep
