#include "experiments/decoding/decoding.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "experiments/decoding/next_tokens.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

struct Hypothesis {
  Tokens tokens;
  double score = 0;      // sum of log probabilities
  std::int64_t row = 0;  // of the decoder state
};

// One sentence's search.
struct Search {
  std::size_t sentence = 0;  // index into the sources
  std::int64_t limit = 0;
  std::vector<Hypothesis> alive;
  Tokens best;
  double best_worth = 0;
  std::int64_t ended = 0;

  void end(const Hypothesis& hypothesis, std::int64_t length, double penalty) {
    const double worth = hypothesis.score / std::pow(static_cast<double>(length), penalty);
    if (ended++ > 0 && worth <= best_worth) return;
    best = hypothesis.tokens;
    best_worth = worth;
  }
};

struct Candidate {
  double score;
  std::size_t parent;  // index into alive
  std::int32_t token;
};

std::vector<Candidate> ranked(const Search& search, const NextTokens& found) {
  std::vector<Candidate> candidates;
  for (std::size_t parent = 0; parent < search.alive.size(); ++parent) {
    const Hypothesis& hypothesis = search.alive[parent];
    for (std::int64_t i = 0; i < found.width; ++i) {
      const auto at = static_cast<std::size_t>(hypothesis.row * found.width + i);
      candidates.push_back({hypothesis.score + static_cast<double>(found.scores[at]), parent,
                            static_cast<std::int32_t>(found.tokens[at])});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return candidates;
}

// One step of a sentence whose hypotheses have `length` tokens before it.
// Returns false once the sentence is finished.
bool advance(Search& search, const NextTokens& found, std::int64_t length,
             const DecodingOptions& options) {
  const auto beam = static_cast<std::size_t>(options.beam);
  check(!search.alive.empty(), "a search that continues has hypotheses");
  const std::vector<Candidate> candidates = ranked(search, found);
  std::vector<Hypothesis> next;
  for (std::size_t rank = 0; rank < candidates.size() && next.size() < beam; ++rank) {
    const Candidate& candidate = candidates[rank];
    Hypothesis hypothesis = search.alive[candidate.parent];
    hypothesis.score = candidate.score;
    if (candidate.token == options.end) {
      if (rank < beam) search.end(hypothesis, length + 1, options.length_penalty);
      continue;
    }
    hypothesis.tokens.push_back(candidate.token);
    next.push_back(std::move(hypothesis));
  }
  if (search.ended >= options.beam) return false;
  if (length + 1 >= search.limit) {
    for (const Hypothesis& hypothesis : next)
      search.end(hypothesis, length + 1, options.length_penalty);
    return false;
  }
  search.alive = std::move(next);
  return true;
}

// Numbers the rows of the hypotheses that are left and brings the state to them.
void compact(const Transformer& model, DecoderState& state, std::vector<Search>& searches) {
  const auto before = static_cast<std::int64_t>(state.sentences.size());
  std::vector<std::int64_t> rows;
  bool moved = false;
  for (Search& search : searches) {
    for (Hypothesis& hypothesis : search.alive) {
      const auto row = static_cast<std::int64_t>(rows.size());
      moved = moved || hypothesis.row != row;
      rows.push_back(std::exchange(hypothesis.row, row));
    }
  }
  if (moved || static_cast<std::int64_t>(rows.size()) != before) model.select(state, rows);
}

at::Tensor last_tokens(const std::vector<Search>& searches, std::int32_t begin, at::Device device) {
  std::vector<std::int64_t> tokens;
  for (const Search& search : searches)
    for (const Hypothesis& hypothesis : search.alive)
      tokens.push_back(hypothesis.tokens.empty() ? begin : hypothesis.tokens.back());
  return at::tensor(tokens, at::kLong).to(device);
}

void translate_batch(const Transformer& model, const std::vector<Tokens>& sources,
                     std::span<const std::size_t> chosen, const DecodingOptions& options,
                     std::vector<Tokens>& results) {
  const at::Device device = model.options().device;
  std::vector<Tokens> batch;
  std::vector<Search> searches;
  for (const std::size_t sentence : chosen) {
    const auto length = static_cast<std::int64_t>(sources[sentence].size());
    Search& search = searches.emplace_back();
    search.sentence = sentence;
    search.limit = std::min(2 * length + options.spare_length, model.options().longest - 1);
    search.alive.push_back({{}, 0, static_cast<std::int64_t>(batch.size())});
    batch.push_back(sources[sentence]);
  }
  const TokenRows source = token_rows(batch, device);
  DecoderState state = model.start(model.encode(source), source.rows);
  for (std::int64_t length = 0; !searches.empty(); ++length) {
    const at::Tensor hidden = model.step(state, last_tokens(searches, options.begin, device));
    const NextTokens found =
        best_next_tokens(hidden, model.embedding(), options.beam == 1 ? 1 : 2 * options.beam);
    std::vector<Search> going;
    for (Search& search : searches) {
      if (advance(search, found, length, options))
        going.push_back(std::move(search));
      else
        results[search.sentence] = std::move(search.best);
    }
    searches = std::move(going);
    if (!searches.empty()) compact(model, state, searches);
  }
}

}  // namespace

std::optional<std::vector<Tokens>> translate(const Transformer& model,
                                             const std::vector<Tokens>& sources,
                                             const DecodingOptions& options,
                                             const std::function<bool(std::int64_t)>& keep_going) {
  check(options.beam >= 1, "a beam has at least one hypothesis");
  at::NoGradGuard no_gradients;
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sources[a].size() < sources[b].size();
  });
  std::vector<Tokens> results(sources.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    for (std::int64_t tokens = 0; last < order.size(); ++last) {
      tokens += static_cast<std::int64_t>(sources[order[last]].size()) * options.beam;
      if (last > first && tokens > options.batch_tokens) break;
    }
    const std::span<const std::size_t> chosen(order.data() + first, last - first);
    translate_batch(model, sources, chosen, options, results);
    first = last;
    if (!keep_going(static_cast<std::int64_t>(first))) return std::nullopt;
  }
  return results;
}

}  // namespace polysweep
