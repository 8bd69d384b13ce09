#include "experiments/encodings/encoding.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

// One factory a file in encodings/.
std::unique_ptr<Encoding> make_none(const EncodingContext&);
std::unique_ptr<Encoding> make_sinusoidal(const EncodingContext&);
std::unique_ptr<Encoding> make_learned(const EncodingContext&);
std::unique_ptr<Encoding> make_legendre_position(const EncodingContext&);
std::unique_ptr<Encoding> make_legendre_feature(const EncodingContext&);
std::unique_ptr<Encoding> make_chebyshev_position(const EncodingContext&);
std::unique_ptr<Encoding> make_chebyshev_feature(const EncodingContext&);
std::unique_ptr<Encoding> make_hermite_position(const EncodingContext&);
std::unique_ptr<Encoding> make_gram_feature(const EncodingContext&);
std::unique_ptr<Encoding> make_rope(const EncodingContext&);
std::unique_ptr<Encoding> make_alibi(const EncodingContext&);
std::unique_ptr<Encoding> make_t5(const EncodingContext&);
std::unique_ptr<Encoding> make_shaw(const EncodingContext&);
std::unique_ptr<Encoding> make_kerple_log(const EncodingContext&);
std::unique_ptr<Encoding> make_fire(const EncodingContext&);
std::unique_ptr<Encoding> make_legendre_bias(const EncodingContext&);
std::unique_ptr<Encoding> make_polar(const EncodingContext&);

at::Tensor Encoding::embed(const at::Tensor& x, const at::Tensor&) const { return x; }

void Encoding::rotate(at::Tensor&, at::Tensor&, const at::Tensor&, std::int64_t) const {}

at::Tensor Pairs::deltas() const {
  const at::Tensor query =
      at::arange(first_query, first_query + queries, positions.options()).unsqueeze(1);
  return at::arange(keys, positions.options()) - query;
}

PairBias Encoding::bias(const at::Tensor&, const Pairs&) const { return {}; }

std::optional<std::int64_t> Encoding::rank() const { return std::nullopt; }

std::span<const EncodingRow> encoding_rows() {
  static const std::vector<EncodingRow> rows = {
      {"none", make_none, "no positions: the lower bound of every comparison", {}, true},
      {"sinusoidal",
       make_sinusoidal,
       "sines and cosines of the position (Vaswani 2017)",
       {"order", "base", "layout"}},
      {"learned", make_learned, "a learned table", {"order", "norm"}},
      {"legendre_position",
       make_legendre_position,
       "Legendre polynomials, the degree is the position (Aggarwal 2024)",
       {"order", "norm", "grid", "offset"}},
      {"legendre_feature",
       make_legendre_feature,
       "Legendre polynomials of the position, a degree each feature",
       {"order", "norm"}},
      {"chebyshev_position",
       make_chebyshev_position,
       "Chebyshev polynomials, the degree is the position",
       {"order", "norm", "grid", "offset"}},
      {"chebyshev_feature",
       make_chebyshev_feature,
       "Chebyshev polynomials of the position, a degree each feature",
       {"order", "norm"}},
      {"hermite_position",
       make_hermite_position,
       "Hermite functions, the degree is the position",
       {"order", "norm", "offset"}},
      {"gram_feature",
       make_gram_feature,
       "Gram polynomials of the position, orthonormal on the positions",
       {"order", "norm"}},
      {"rope", make_rope, "q and k rotated by the position (Su 2021)", {"base", "pairs"}, true},
      {"alibi", make_alibi, "scores fall linearly with distance (Press 2021)", {}, true},
      {"t5", make_t5, "a learned bias for each bucket of distances (Raffel 2019)", {}, true},
      {"shaw",
       make_shaw,
       "learned vectors for clipped distances, on keys and values (Shaw 2018)",
       {},
       true},
      {"kerple_log",
       make_kerple_log,
       "scores fall with the logarithm of distance (Chi 2022)",
       {},
       true},
      {"fire", make_fire, "a learned function of the relative distance (Li 2023)", {}},
      {"legendre_bias",
       make_legendre_bias,
       "a learned Legendre series of the distance",
       {"order"},
       true},
      {"polar",
       make_polar,
       "magnitude from content, phase from position (arXiv:2509.10534)",
       {"base"},
       true},
  };
  return rows;
}

const EncodingRow& encoding_row(std::string_view name) {
  std::vector<std::string> known;
  for (const EncodingRow& row : encoding_rows()) {
    if (row.name == name) return row;
    known.emplace_back(row.name);
  }
  fail("{}", unknown_name("encoding", name, known));
}

namespace {

// The encodings that take `option`.
std::vector<Condition> takers(std::string_view option) {
  Condition condition{"encoding", {}};
  for (const EncodingRow& row : encoding_rows()) {
    if (std::find(row.options.begin(), row.options.end(), option) != row.options.end()) {
      condition.any_of.emplace_back(std::string(row.name));
    }
  }
  return {condition};
}

struct GridRow {
  const char* name;
  PolynomialGrid grid;
};

constexpr GridRow kGrids[] = {{"paper", PolynomialGrid::kPaper},
                              {"midpoint", PolynomialGrid::kMidpoint},
                              {"gauss", PolynomialGrid::kGauss}};

std::vector<std::string> grid_names() {
  std::vector<std::string> names;
  for (const GridRow& row : kGrids) names.emplace_back(row.name);
  return names;
}

PolynomialGrid grid_named(std::string_view name) {
  const auto* const row = std::find_if(std::begin(kGrids), std::end(kGrids),
                                       [&](const GridRow& each) { return each.name == name; });
  check(row != std::end(kGrids), "the schema accepts known grids only");
  return row->grid;
}

ParameterSpec choice(std::string name, std::vector<std::string> words, std::string doc) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = ValueType::kText;
  spec.default_value = Value(words.front());
  spec.words = std::move(words);
  spec.when = takers(spec.name);
  spec.doc = std::move(doc);
  return spec;
}

ParameterSpec order_spec() {
  ParameterSpec spec;
  spec.name = "order";
  spec.type = ValueType::kInteger;
  spec.default_value = Value("full");
  spec.minimum = 0;
  spec.words = {"full"};
  spec.when = takers(spec.name);
  spec.axis = kPositionRank;
  spec.doc =
      "highest degree K; the rank of the positions is K + 1, but K (at least 1) by position at "
      "offset 1";
  return spec;
}

ParameterSpec offset_spec() {
  ParameterSpec spec;
  spec.name = "offset";
  spec.type = ValueType::kInteger;
  spec.default_value = Value(1);
  spec.minimum = 0;
  spec.maximum = 1;
  spec.when = takers(spec.name);
  spec.doc = "degree of the polynomial at the first position; at 1 there is no constant";
  return spec;
}

ParameterSpec base_spec() {
  ParameterSpec spec;
  spec.name = "base";
  spec.type = ValueType::kReal;
  spec.default_value = Value(10000.0);
  spec.minimum = 1;
  spec.when = takers(spec.name);
  spec.doc = "ratio of the slowest to the fastest frequency";
  return spec;
}

}  // namespace

std::vector<ParameterSpec> encoding_parameters() {
  ParameterSpec encoding;
  encoding.name = "encoding";
  encoding.type = ValueType::kText;
  encoding.default_value = Value("sinusoidal");
  for (const EncodingRow& row : encoding_rows()) encoding.words.emplace_back(row.name);
  encoding.doc = "how the model represents positions";
  return {encoding,
          order_spec(),
          choice("norm", {"raw", "matched"}, "matched: each row scaled to sqrt(dimension / 2)"),
          choice("grid", grid_names(), "points at which the polynomials are evaluated"),
          offset_spec(),
          base_spec(),
          choice("layout", {"interleaved", "concatenated"},
                 "order of sines and cosines; concatenated is fairseq's, from position 2"),
          choice("pairs", {"interleaved", "half_split"}, "which dimensions are rotated together")};
}

MetricSpec position_rank_metric() {
  return {std::string(kPositionRank),
          Goal::kMinimize,
          "",
          "rank of what the encoding adds to the positions; of encodings that have one",
          std::string(kDefaultClock),
          Role::kSize};
}

EncodingOptions encoding_options(const Parameters& parameters) {
  EncodingOptions options;
  const auto text = [&](std::string_view name, const std::string& otherwise) {
    const Value* value = parameters.find(name);
    return value == nullptr ? otherwise : value->text();
  };
  if (const Value* order = parameters.find("order"); order != nullptr && order->is_number()) {
    options.order = order->integer();
  }
  if (const Value* offset = parameters.find("offset")) options.offset = offset->integer();
  if (const Value* base = parameters.find("base")) options.base = base->real();
  options.matched_norm = text("norm", "raw") == "matched";
  options.grid = grid_named(text("grid", "paper"));
  options.concatenated = text("layout", "interleaved") == "concatenated";
  options.half_split = text("pairs", "interleaved") == "half_split";
  return options;
}

std::unique_ptr<Encoding> make_encoding(std::string_view name, const EncodingContext& context) {
  return encoding_row(name).make(context);
}

}  // namespace polysweep
