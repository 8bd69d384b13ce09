// Every encoding against its formula, written out slowly in Python:
// tests/golden/encodings/encodings.json, made by encodings.py beside it.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "experiments/encodings/additive_encoding.h"
#include "experiments/model/attention.h"
#include "framework/core/error.h"
#include "tests/experiments/encoding_sample.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

using Json = nlohmann::json;

const Json& goldens() {
  static const Json all = [] {
    std::ifstream in(std::string(POLYSWEEP_SOURCE_FOLDER) +
                     "/tests/golden/encodings/encodings.json");
    return Json::parse(in);
  }();
  return all;
}

void flatten(const Json& values, std::vector<double>& out) {
  if (!values.is_array()) return out.push_back(values.get<double>());
  for (const Json& value : values) flatten(value, out);
}

at::Tensor tensor_of(const Json& values, at::IntArrayRef sizes) {
  std::vector<double> flat;
  flatten(values, flat);
  return at::tensor(flat, at::kDouble).view(sizes);
}

EncodingOptions options_of(const Json& given) {
  EncodingOptions options;
  if (given.contains("order")) options.order = given["order"].get<std::int64_t>();
  if (given.contains("offset")) options.offset = given["offset"];
  if (given.contains("base")) options.base = given["base"];
  const std::string grid = given.value("grid", "paper");
  if (grid == "midpoint") options.grid = PolynomialGrid::kMidpoint;
  if (grid == "gauss") options.grid = PolynomialGrid::kGauss;
  options.matched_norm = given.value("norm", "raw") == "matched";
  options.concatenated = given.value("layout", "interleaved") == "concatenated";
  options.half_split = given.value("pairs", "interleaved") == "half_split";
  return options;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a - b).abs().max().item<double>();
}

// [L, H, D]: `wave` of a t + b h + c d.
at::Tensor waves(const EncodingSample& sample, double (*wave)(double), double a, double b, double c,
                 double shift) {
  at::Tensor values = at::empty({sample.longest, sample.heads, sample.head_width()}, at::kDouble);
  double* value = values.data_ptr<double>();
  for (int t = 0; t < sample.longest; ++t)
    for (int h = 0; h < sample.heads; ++h)
      for (int d = 0; d < sample.head_width(); ++d) *value++ = wave(a * t + b * h + c * d + shift);
  return values;
}

void set_learned(const Weights& weights, double amplitude) {
  at::NoGradGuard no_gradients;
  for (const NamedTensor& parameter : weights.list()) {
    double* value = parameter.tensor.data_ptr<double>();
    for (std::int64_t i = 0; i < parameter.tensor.numel(); ++i)
      value[i] = amplitude * std::sin(1.7 * static_cast<double>(i + 1));
  }
}

double length_of(const at::Tensor& row) { return row.norm().item<double>(); }

// Largest |cos| between two different rows.
double largest_cosine(const at::Tensor& table) {
  const at::Tensor rows = table / table.norm(2, {1}, true);
  at::Tensor products = at::matmul(rows, rows.t()).abs();
  products.fill_diagonal_(0);
  return products.max().item<double>();
}

}  // namespace

TEST_CASE("tables are those of the formulas", "[encoding][formula]") {
  REQUIRE(goldens()["tables"].size() == 36);
  for (const Json& golden : goldens()["tables"]) {
    INFO(golden["encoding"] << " " << golden["options"]);
    EncodingSample sample;
    sample.options = options_of(golden["options"]);
    const at::Tensor table = position_table(golden["encoding"].get<std::string>(), sample);
    CHECK(largest_difference(table, tensor_of(golden["table"], {20, 8})) < 1e-11);
  }
}

TEST_CASE("tables by feature are those of the formulas, turned by a fixed matrix",
          "[encoding][formula]") {
  REQUIRE(goldens()["products"].size() == 15);
  for (const Json& golden : goldens()["products"]) {
    INFO(golden["encoding"] << " " << golden["options"]);
    EncodingSample sample;
    sample.options = options_of(golden["options"]);
    const at::Tensor table = position_table(golden["encoding"].get<std::string>(), sample);
    const at::Tensor products = at::matmul(table, table.t());
    CHECK(largest_difference(products, tensor_of(golden["products"], {20, 20})) < 1e-11);
  }
}

TEST_CASE("the fixed matrix has orthonormal rows, those of a lower order first",
          "[encoding][formula]") {
  const auto rows = orthonormal_rows(8, 8);
  for (std::size_t a = 0; a < rows.size(); ++a) {
    for (std::size_t b = 0; b < rows.size(); ++b) {
      double product = 0;
      for (std::size_t i = 0; i < 8; ++i) product += rows[a][i] * rows[b][i];
      CHECK(product == Approx(a == b ? 1 : 0).margin(1e-14));
    }
  }
  const auto few = orthonormal_rows(3, 8);
  for (std::size_t a = 0; a < few.size(); ++a) CHECK(few[a] == rows[a]);
}

TEST_CASE("scores and outputs are those of the formulas", "[encoding][formula]") {
  REQUIRE(goldens()["attentions"].size() == 22);
  for (const Json& golden : goldens()["attentions"]) {
    INFO(golden["encoding"] << " " << golden["options"] << " causal " << golden["causal"]);
    EncodingSample sample;
    sample.options = options_of(golden["options"]);
    sample.causal = golden["causal"];
    const MadeEncoding made = made_encoding(golden["encoding"].get<std::string>(), sample);
    set_learned(*made.weights, golden["amplitude"]);
    at::NoGradGuard no_gradients;
    const auto cosine = [](double x) { return std::cos(x); };
    const auto sine = [](double x) { return std::sin(x); };
    const std::int64_t layer = golden["layer"];
    at::Tensor q = waves(sample, sine, 0.7, 1.3, 2.1, 0.5);
    at::Tensor k = waves(sample, cosine, 0.4, 0.9, 1.7, 0);
    const at::Tensor scores = position_scores(*made.encoding, q, k, layer);
    CHECK(largest_difference(scores, tensor_of(golden["scores"], {2, 20, 20})) < 1e-11);

    const PackedRows rows = packed_rows({20});
    Attention attention;
    attention.queries = attention.keys = &rows;
    attention.scale = 0.5;
    attention.causal = sample.causal;
    attention.bias = made.encoding->bias(q, {0, 20, 20, rows.positions, layer});
    made.encoding->rotate(q, k, rows.positions, layer);
    attention.q = q;
    attention.k = k;
    attention.v = waves(sample, sine, 1.1, 0.3, 0.6, 1);
    const at::Tensor wanted = tensor_of(golden["out"], {20, 2, 4});
    CHECK(largest_difference(attend_composed(attention), wanted) < 1e-11);

    // The kernel, in float.
    for (at::Tensor* x : {&attention.q, &attention.k, &attention.v, &attention.bias.by_position,
                          &attention.bias.by_row, &attention.bias.values})
      if (x->defined()) *x = x->to(at::kFloat);
    CHECK(largest_difference(attend(attention).to(at::kDouble), wanted) < 1e-5);
  }
}

TEST_CASE("alibi's slopes are the published ones for any number of heads", "[encoding][formula]") {
  for (const auto& [heads, slopes] : goldens()["alibi_slopes"].items()) {
    EncodingSample sample;
    sample.heads = std::stoll(heads);
    sample.width = 4 * sample.heads;
    sample.longest = 3;
    const MadeEncoding made = made_encoding("alibi", sample);
    const at::Tensor bias =
        made.encoding->bias({}, {0, 3, 3, at::arange(3, at::kLong), 0}).by_position;
    for (std::int64_t h = 0; h < sample.heads; ++h) {
      INFO(heads << " heads, head " << h);
      const double slope = slopes[static_cast<std::size_t>(h)].get<double>();
      CHECK(bias[h][0][1].item<double>() == Approx(-slope));
      CHECK(bias[h][2][0].item<double>() == Approx(-2 * slope));
    }
  }
  const Json six = {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125};
  CHECK(goldens()["alibi_slopes"]["6"] == six);
}

TEST_CASE("t5's buckets are the published ones", "[encoding][formula]") {
  for (const bool causal : {false, true}) {
    EncodingSample sample;
    sample.longest = 301;
    sample.causal = causal;
    const MadeEncoding made = made_encoding("t5", sample);
    at::NoGradGuard no_gradients;
    at::Tensor table = made.weights->list()[0].tensor;
    table.copy_(at::arange(32, table.options()).expand({2, 32}));
    const at::Tensor bias =
        made.encoding->bias({}, {0, 301, 301, at::arange(301, at::kLong), 0}).by_position[0];
    for (const Json& pair : goldens()["t5_buckets"][causal ? "true" : "false"]) {
      const std::int64_t delta = pair[0];
      INFO("causal " << causal << ", delta " << delta);
      const at::Tensor row = delta < 0 ? bias[-delta][0] : bias[0][delta];
      CHECK(row.item<double>() == pair[1].get<double>());
    }
  }
  std::map<std::int64_t, std::int64_t> both;
  for (const Json& pair : goldens()["t5_buckets"]["false"]) both[pair[0]] = pair[1];
  const std::map<std::int64_t, std::int64_t> published = {
      {-128, 15}, {-64, 14}, {-32, 12}, {-16, 10}, {-8, 8}, {-1, 1},
      {0, 0},     {1, 17},   {8, 24},   {16, 26},  {64, 30}};
  for (const auto& [delta, bucket] : published) CHECK(both.at(delta) == bucket);
}

TEST_CASE("rows of a polynomial of degree n have length sqrt(d / (2n + 1)) or so",
          "[encoding][formula]") {
  EncodingSample sample;
  sample.width = 128;
  sample.heads = 4;
  sample.longest = 60;
  sample.options.offset = 0;
  const at::Tensor table = position_table("legendre_position", sample);
  CHECK(length_of(table[1]) == Approx(6.53).margin(0.005));
  CHECK(length_of(table[10]) == Approx(2.5).margin(0.05));
  CHECK(length_of(table[50]) == Approx(1.44).margin(0.005));
  const at::Tensor waves_table = position_table("sinusoidal", sample);
  sample.options.matched_norm = true;
  const at::Tensor matched = position_table("legendre_position", sample);
  for (std::int64_t p = 0; p < 60; ++p) {
    CHECK(length_of(waves_table[p]) == Approx(8));
    CHECK(length_of(matched[p]) == Approx(8));
  }
}

TEST_CASE("positions are as alike as the specification of the grids says", "[encoding][formula]") {
  EncodingSample sample;
  sample.width = 128;
  sample.heads = 4;
  sample.longest = 50;
  const auto cosine = [&](PolynomialGrid grid) {
    sample.options.grid = grid;
    return largest_cosine(position_table("legendre_position", sample));
  };
  CHECK(cosine(PolynomialGrid::kPaper) == Approx(0.485).margin(0.0006));
  CHECK(cosine(PolynomialGrid::kMidpoint) == Approx(0.181).margin(0.0006));
  CHECK(cosine(PolynomialGrid::kGauss) < 1e-12);
  const at::Tensor table = position_table("sinusoidal", sample);
  CHECK((at::dot(table[20], table[21]) / 64).item<double>() == Approx(0.970).margin(0.0006));
}

}  // namespace polysweep
