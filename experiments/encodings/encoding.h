// Position encodings: the three hooks through which a model uses positions,
// and the table of all encodings.
//
// Adding one: a file in encodings/ with its factory (no header), the factory's
// declaration and a row in encoding.cc, a CMake line, a test of its numbers. The
// contract test runs over the table.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/tensors/weights.h"
#include "framework/sweep/metric.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

// The pairs of query and key for which a bias is computed, in one layer's
// self-attention.
struct Pairs {
  std::int64_t first_query = 0;  // position of query 0; > 0 in incremental decoding
  std::int64_t queries = 0;      // T: positions first_query .. first_query + T - 1
  std::int64_t keys = 0;         // S: positions 0 .. S - 1
  at::Tensor positions;          // [N] int64: the position of each row of q
  std::int64_t layer = 0;

  // [T, S] int64: position of key s minus position of query t.
  at::Tensor deltas() const;
};

// What an encoding adds to pairs. An undefined tensor means zero.
struct PairBias {
  // Added to q.k / sqrt(D).
  at::Tensor by_position;  // [H, T, S]
  at::Tensor by_row;       // [N, H, S], for each row of q
  // Value-side terms: row choice[t, s] of `values` [C, D] is added to the value
  // of key s as query t sees it, in every head. choice is [T, S] int64.
  at::Tensor values;
  at::Tensor choice;
};

// The positions of one stack (encoder or decoder). The hooks are pure functions
// of their arguments and of the parameters, differentiable in both.
class Encoding {
 public:
  virtual ~Encoding() = default;

  // x [N, M], embedded tokens scaled by sqrt(M), at `positions` [N] int64:
  // returns what the stack's first layer sees before dropout.
  virtual at::Tensor embed(const at::Tensor& x, const at::Tensor& positions) const;

  // Changes q and k [N, H, D] of self-attention, row by row; both may be widened
  // to the same new width. Scores stay divided by sqrt(D) of the unwidened D.
  virtual void rotate(at::Tensor& q, at::Tensor& k, const at::Tensor& positions,
                      std::int64_t layer) const;

  // What is added to the pairs of self-attention. q [N, H, D] is as it was
  // before rotate.
  virtual PairBias bias(const at::Tensor& q, const Pairs& pairs) const;

  // How many dimensions the codes of the L positions span, in exact arithmetic: the
  // rank of the table [L, M] that embed() adds; a learned one has it for almost all
  // parameters. Of a bias: how many functions of distance it combines, and the
  // constant, which softmax does not see. At 1 the positions are indistinguishable.
  // Singular values above 1e-13 of the largest, at 128 positions and features:
  // polynomials 48 of 48 and 113 of 128, sinusoids 12 of 12, 26 of 48 and 41 of 128 (their
  // slow frequencies are nearly dependent).
  // nullopt: what the encoding does has no such number.
  virtual std::optional<std::int64_t> rank() const;
};

// Where polynomials of a feature are taken: the points of the paper's code, the
// midpoints of equal parts of [-1, 1], or the nodes of Gaussian quadrature.
enum class PolynomialGrid { kPaper, kMidpoint, kGauss };

// Each option applies only where the table of encodings lists it.
struct EncodingOptions {
  std::optional<std::int64_t> order;  // highest degree K; nullopt: full; see rank()
  bool matched_norm = false;          // rows scaled to sqrt(M / 2)
  PolynomialGrid grid = PolynomialGrid::kPaper;
  std::int64_t offset = 1;  // degree at position 0
  double base = 10000;
  bool concatenated = false;  // sinusoidal: layout
  bool half_split = false;    // rope: pairs
};

// What a factory gets: the sizes of the stack, and where its parameters go.
struct EncodingContext {
  EncodingOptions options;
  std::int64_t width = 0;       // M
  std::int64_t heads = 0;       // H
  std::int64_t head_width = 0;  // D
  std::int64_t layers = 0;
  std::int64_t longest = 0;  // L: positions 0 .. L - 1 can occur
  bool causal = false;       // keys never come after their query
  std::string prefix;        // of the names of its parameters
  Weights* weights = nullptr;
};

struct EncodingRow {
  std::string_view name;
  std::unique_ptr<Encoding> (*make)(const EncodingContext&);
  std::string_view doc;
  // Names of the parameters (below) that apply.
  std::vector<std::string_view> options;
  // The encoding depends on key minus query alone.
  bool relative = false;
};

// All encodings, in the order they are documented.
std::span<const EncodingRow> encoding_rows();
// Throws Error that names the nearest known encoding.
const EncodingRow& encoding_row(std::string_view name);

// `encoding` and its options, each option with the encodings it applies to as
// its `when`.
std::vector<ParameterSpec> encoding_parameters();
// The metric that a trial reports of an encoding with a rank(): what the levels of
// `order` are compared at.
inline constexpr std::string_view kPositionRank = "position_rank";
MetricSpec position_rank_metric();
// Reads those parameters from a trial's.
EncodingOptions encoding_options(const Parameters& parameters);

// Throws Error for options that do not fit the stack: an order above the rank
// that it can have, an odd head width for rope.
std::unique_ptr<Encoding> make_encoding(std::string_view name, const EncodingContext& context);

}  // namespace polysweep
