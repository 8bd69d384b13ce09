#include "experiments/decoding/decoding.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/text/vocabulary.h"
#include "experiments/training/training.h"
#include "tests/experiments/reversal.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

// Log probabilities of what follows `prefix`, by the whole model, without caches.
std::vector<float> following(const Transformer& model, const Tokens& source, const Tokens& prefix) {
  at::NoGradGuard no_gradients;
  Tokens input = {Vocabulary::kBegin};
  input.insert(input.end(), prefix.begin(), prefix.end());
  const std::vector<Tokens> sources = {source};
  const std::vector<Tokens> inputs = {input};
  const at::Tensor hidden = model.forward(token_rows(sources), token_rows(inputs));
  const at::Tensor logs =
      model.logits(hidden.narrow(0, hidden.size(0) - 1, 1)).log_softmax(1).contiguous();
  return {logs.data_ptr<float>(), logs.data_ptr<float>() + logs.numel()};
}

Tokens slow_greedy(const Transformer& model, const Tokens& source, std::size_t limit) {
  Tokens result;
  while (result.size() < limit) {
    const std::vector<float> logs = following(model, source, result);
    const auto best = std::max_element(logs.begin(), logs.end()) - logs.begin();
    if (best == Vocabulary::kEnd) break;
    result.push_back(static_cast<std::int32_t>(best));
  }
  return result;
}

struct Scored {
  Tokens tokens;
  double score = 0;
};

// The search of decoding.h, one sentence at a time, over the whole vocabulary.
Tokens slow_beam(const Transformer& model, const Tokens& source, std::size_t limit,
                 std::size_t beam, double penalty) {
  std::vector<Scored> alive = {{}};
  std::vector<Scored> ended;
  for (std::size_t length = 0; length < limit && ended.size() < beam; ++length) {
    std::vector<std::pair<Scored, bool>> all;
    for (const Scored& hypothesis : alive) {
      const std::vector<float> logs = following(model, source, hypothesis.tokens);
      for (std::size_t token = 0; token < logs.size(); ++token) {
        Scored next = {hypothesis.tokens, hypothesis.score + static_cast<double>(logs[token])};
        const bool end = token == static_cast<std::size_t>(Vocabulary::kEnd);
        if (!end) next.tokens.push_back(static_cast<std::int32_t>(token));
        all.emplace_back(next, end);
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first.score > b.first.score; });
    alive.clear();
    for (std::size_t rank = 0; alive.size() < beam; ++rank) {
      auto& [hypothesis, end] = all[rank];
      if (!end) {
        alive.push_back(hypothesis);
      } else if (rank < beam) {
        hypothesis.score /= std::pow(static_cast<double>(length + 1), penalty);
        ended.push_back(hypothesis);
      }
    }
    if (length + 1 == limit && ended.size() < beam)
      for (Scored hypothesis : alive) {
        hypothesis.score /= std::pow(static_cast<double>(limit), penalty);
        ended.push_back(hypothesis);
      }
  }
  return std::max_element(ended.begin(), ended.end(),
                          [](const Scored& a, const Scored& b) { return a.score < b.score; })
      ->tokens;
}

DecodingOptions options_of(std::int64_t beam, double penalty = 1) {
  DecodingOptions options;
  options.beam = beam;
  options.length_penalty = penalty;
  options.begin = Vocabulary::kBegin;
  options.end = Vocabulary::kEnd;
  options.spare_length = 2;
  return options;
}

std::vector<Tokens> sources_of(const EncodedText& text) {
  std::vector<Tokens> sources = text.source;
  for (Tokens& source : sources) source.push_back(Vocabulary::kEnd);
  return sources;
}

std::size_t limit_of(const Tokens& source) {
  return std::min<std::size_t>(2 * source.size() + 2, 15);
}

bool always(std::int64_t) { return true; }

// Trained for `updates`: half-trained, so that hypotheses compete.
void train(Transformer& model, std::int64_t updates) {
  const EncodedText texts = reversal_text("train", 2000, 1);
  const EncodedText valid = reversal_text("valid", 50, 2);
  TrainingOptions options;
  options.updates = updates;
  options.batch_tokens = 600;
  options.learning_rate = {0.01, 40, 1e-7};
  options.evaluate_every = 100;
  TemporaryFolder folder;
  CheckpointFolder checkpoints(system_files(), folder.path(), TrialId{});
  RecordingRecorder recorder;
  Training training(model, texts, valid, options);
  REQUIRE(training.run(recorder, checkpoints, {}) == RunEnd::kDone);
}

}  // namespace

TEST_CASE("hypotheses that are dropped, doubled and moved keep their tokens", "[decoding]") {
  // Heads of 8 numbers are copied, heads of 16 are not; doubles are no kernel's.
  for (const auto& [type, heads] : {std::pair{at::kFloat, 2}, {at::kFloat, 4}, {at::kDouble, 4}}) {
    INFO(type << ", " << heads << " heads");
    TransformerOptions options = reversal_model();
    options.type = type;
    options.heads = heads;
    options.decoder_layers = 2;
    options.longest = 40;
    const Transformer model(options, 5);
    at::NoGradGuard no_gradients;
    const TokenRows source = token_rows(std::vector<Tokens>{{4, 5, 6, 2}, {7, 8, 2}});
    const at::Tensor memory = model.encode(source);
    DecoderState state = model.start(memory, source.rows);
    std::vector<Tokens> said(2);  // of each row
    RandomStream random(9, "hypotheses");
    for (int step = 0; step < 30; ++step) {
      std::vector<std::int64_t> tokens;
      for (Tokens& each : said) {
        each.push_back(static_cast<std::int32_t>(random.below(12)));
        tokens.push_back(each.back());
      }
      const at::Tensor found = model.step(state, at::tensor(tokens, at::kLong));
      for (std::size_t r = 0; r < said.size(); ++r) {
        const auto sentence = static_cast<std::size_t>(state.sentences[r]);
        const TokenRows one =
            token_rows(std::vector<Tokens>{sentence == 0 ? Tokens{4, 5, 6, 2} : Tokens{7, 8, 2}});
        const at::Tensor whole =
            model.decode(token_rows(std::vector<Tokens>{said[r]}), model.encode(one), one.rows);
        const auto row = static_cast<std::int64_t>(r);
        const double wrong = (found[row] - whole[-1]).abs().max().item<double>();
        CHECK(wrong < (type == at::kDouble ? 1e-12 : 2e-5));
      }
      // Up to five a sentence, drawn from those of the same sentence, which stay together.
      std::vector<std::int64_t> rows;
      for (const std::int64_t sentence : {0, 1}) {
        std::vector<std::int64_t> own;
        for (std::size_t r = 0; r < said.size(); ++r)
          if (state.sentences[r] == sentence) own.push_back(static_cast<std::int64_t>(r));
        const std::size_t count = 1 + random.below(5);
        for (std::size_t i = 0; i < count; ++i) rows.push_back(own[random.below(own.size())]);
      }
      std::vector<Tokens> next;
      for (const std::int64_t r : rows) next.push_back(said[static_cast<std::size_t>(r)]);
      said = std::move(next);
      model.select(state, rows);
    }
  }
}

TEST_CASE("searches with caches give what searches without them give", "[decoding]") {
  Transformer model(reversal_model(), 3);
  train(model, 60);
  const std::vector<Tokens> sources = sources_of(reversal_text("test", 25, 3));
  const auto greedy = translate(model, sources, options_of(1), always).value();
  for (std::size_t i = 0; i < sources.size(); ++i)
    CHECK(greedy[i] == slow_greedy(model, sources[i], limit_of(sources[i])));
  for (const std::int64_t beam : {2, 5}) {
    for (const double penalty : {0.0, 1.0}) {
      INFO("beam " << beam << ", penalty " << penalty);
      const auto found = translate(model, sources, options_of(beam, penalty), always).value();
      for (std::size_t i = 0; i < sources.size(); ++i)
        CHECK(found[i] == slow_beam(model, sources[i], limit_of(sources[i]),
                                    static_cast<std::size_t>(beam), penalty));
    }
  }
}

TEST_CASE("translations do not depend on the batches they are made in", "[decoding]") {
  Transformer model(reversal_model(), 3);
  train(model, 60);
  const std::vector<Tokens> sources = sources_of(reversal_text("test", 40, 3));
  DecodingOptions one_by_one = options_of(3);
  one_by_one.batch_tokens = 1;
  CHECK(translate(model, sources, one_by_one, always) ==
        translate(model, sources, options_of(3), always));
}

TEST_CASE("a model that has learned to reverse does so by either search", "[decoding]") {
  Transformer model(reversal_model(), 3);
  train(model, 1000);
  const EncodedText test = reversal_text("test", 200, 3);
  for (const std::int64_t beam : {1, 4}) {
    const auto found = translate(model, sources_of(test), options_of(beam), always).value();
    std::size_t right = 0;
    for (std::size_t i = 0; i < found.size(); ++i) right += found[i] == test.target[i] ? 1 : 0;
    INFO("beam " << beam << ": " << right << " of 200 right");
    CHECK(right >= 190);
  }
}

TEST_CASE("a search is given up when it is told to", "[decoding]") {
  Transformer model(reversal_model(), 3);
  const std::vector<Tokens> sources = sources_of(reversal_text("test", 40, 3));
  DecodingOptions options = options_of(1);
  options.batch_tokens = 50;
  std::int64_t last = 0;
  const auto found = translate(model, sources, options, [&](std::int64_t done) {
    last = done;
    return done < 20;
  });
  CHECK_FALSE(found.has_value());
  CHECK(last >= 20);
  CHECK(last < 40);
  CHECK(translate(model, {}, options, always).value().empty());
}

}  // namespace polysweep
