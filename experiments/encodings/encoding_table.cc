#include "experiments/encodings/encoding_table.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/encodings/encoding.h"
#include "experiments/parameter_declarations.h"
#include "framework/core/error.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {
namespace {

constexpr std::int64_t kMostNumbers = 1 << 22;

Parameters parameters_of(const std::vector<std::string>& words) {
  std::vector<ParameterSpec> specs = encoding_parameters();
  specs.push_back(integer_parameter("dimension", 128, {2, 8192}, "width of the table"));
  specs.push_back(integer_parameter("positions", 50, {1, 65536}, "number of rows of the table"));
  specs.push_back(
      integer_parameter("heads", 4, {1, 128}, "number of attention heads of the model"));
  const Schema schema(std::move(specs));
  Parameters given;
  for (const std::string& word : words) {
    const std::size_t at = word.find('=');
    if (at == std::string::npos) fail("'{}': expected name=value", word.substr(0, 60));
    schema.at(word.substr(0, at));
    given.set(word.substr(0, at), value_from_argument(word.substr(at + 1)));
  }
  return schema.complete(given);
}

struct EncodingTable {
  at::Tensor rows;  // [positions, dimension]
  std::optional<std::int64_t> rank;
};

EncodingTable table_of(const Parameters& parameters) {
  const std::string& name = parameters.text("encoding");
  Weights weights(0, at::kDouble);
  EncodingContext context;
  context.options = encoding_options(parameters);
  context.width = parameters.integer("dimension");
  context.heads = parameters.integer("heads");
  context.head_width = context.width / context.heads;
  context.layers = 1;
  context.longest = parameters.integer("positions");
  context.prefix = "table";
  context.weights = &weights;
  if (context.width % context.heads != 0)
    fail("dimension {} is not a multiple of heads, {}", context.width, context.heads);
  if (context.width * context.longest > kMostNumbers)
    fail("a table of {} x {} numbers is too large to draw", context.longest, context.width);
  at::NoGradGuard no_gradients;
  const auto encoding = make_encoding(name, context);
  const at::Tensor zeros = at::zeros({context.longest, context.width}, weights.options());
  const at::Tensor table = encoding->embed(zeros, at::arange(context.longest));
  if (name != "none" && table.abs().max().item<double>() == 0)
    fail("encoding '{}' has no table: it adds nothing to tokens", name);
  return {table.contiguous(), encoding->rank()};
}

}  // namespace

std::string encoding_table_json(const std::vector<std::string>& words) {
  const Parameters parameters = parameters_of(words);
  const auto [table, rank] = table_of(parameters);
  const double* value = table.data_ptr<double>();
  nlohmann::ordered_json rows = nlohmann::json::array();
  for (std::int64_t p = 0; p < table.size(0); ++p, value += table.size(1))
    rows.push_back(std::vector<double>(value, value + table.size(1)));
  nlohmann::ordered_json out = {
      {"parameters", nlohmann::ordered_json::parse(parameters.canonical())}, {"rank", nullptr}};
  if (rank) out["rank"] = *rank;
  out["table"] = std::move(rows);
  return out.dump();
}

}  // namespace polysweep
