// The experiment `translation`: an encoder-decoder Transformer is trained to translate
// English to German, and its translations of the test sets are scored.

#include <string>
#include <utility>
#include <vector>

#include "experiments/decoding/decoding.h"
#include "experiments/encodings/encoding.h"
#include "experiments/experiments.h"
#include "experiments/model/model_parameters.h"
#include "experiments/model/transformer.h"
#include "experiments/text/encoded_corpus.h"
#include "experiments/training/checkpoint.h"
#include "experiments/training/training.h"
#include "experiments/translation/translation_parameters.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "scoring/bleu.h"
#include "scoring/chrf.h"

namespace polysweep {
namespace {

constexpr std::size_t kSamples = 5;

// A test set and the model's translations of it.
struct Translated {
  const ParallelText* text = nullptr;
  std::vector<std::string> hypotheses;
};

class Translation : public Experiment {
 public:
  RunEnd run(const TrialContext& context, Recorder& recorder) override;

 private:
  // Empty if a stop was requested.
  std::optional<std::vector<Translated>> translate_tests(const Transformer& model,
                                                         const EncodedCorpus& corpus,
                                                         const DecodingOptions& options,
                                                         Recorder& recorder) const;
};

void record_scores(Recorder& recorder, std::int64_t step, const std::string& prefix,
                   const Translated& translated) {
  const std::vector<std::string>& hypotheses = translated.hypotheses;
  const std::vector<std::string>& references = translated.text->target;
  BleuOptions lower_case;
  lower_case.lower_case = true;
  BleuOptions untokenized = lower_case;
  untokenized.tokenizer = BleuTokenizer::kNone;
  recorder.metric(prefix + "_bleu", step, corpus_bleu(hypotheses, references).score);
  recorder.metric(prefix + "_bleu_lower_case", step,
                  corpus_bleu(hypotheses, references, lower_case).score);
  recorder.metric(prefix + "_bleu_untokenized", step,
                  corpus_bleu(hypotheses, references, untokenized).score);
  recorder.metric(prefix + "_chrf", step, corpus_chrf(hypotheses, references));
}

void record_samples(Recorder& recorder, std::int64_t step, const Translated& translated) {
  const ParallelText& text = *translated.text;
  for (std::size_t i = 0; i < std::min(kSamples, text.size()); ++i)
    recorder.text(fmt::format("{} {}", text.name, i + 1), step,
                  fmt::format("source:     {}\nreference:  {}\nhypothesis: {}", text.source[i],
                              text.target[i], translated.hypotheses[i]));
}

// Writes all translations of a test set, one a line, for paired tests of two outputs.
void keep_output(const std::filesystem::path& folder, const Translated& translated) {
  std::string lines;
  for (const std::string& hypothesis : translated.hypotheses) lines += hypothesis + "\n";
  system_files().replace(folder / ("output_" + translated.text->name + ".txt"), lines);
}

std::optional<std::vector<Translated>> Translation::translate_tests(const Transformer& model,
                                                                    const EncodedCorpus& corpus,
                                                                    const DecodingOptions& options,
                                                                    Recorder& recorder) const {
  std::vector<Translated> all;
  for (std::size_t i = 0; i < corpus.tests.size(); ++i) {
    std::vector<Tokens> sources = corpus.tests[i].source;
    for (Tokens& source : sources) source.push_back(options.end);
    const auto found = translate(model, sources, options,
                                 [&](std::int64_t) { return !recorder.stop_requested(); });
    if (!found) return std::nullopt;
    Translated& translated = all.emplace_back();
    translated.text = &corpus.text.tests[i];
    for (const Tokens& tokens : *found)
      translated.hypotheses.push_back(corpus.vocabulary->decode(tokens));
  }
  return all;
}

RunEnd Translation::run(const TrialContext& context, Recorder& recorder) {
  const Parameters& parameters = context.trial.parameters;
  const auto corpus = encoded_corpus(corpus_options(parameters, context.data_folder));
  const ModelSize size{corpus->vocabulary->size(), parameters.integer("longest")};
  const TransformerOptions model_options = transformer_options(parameters, size, context.device);
  Transformer model(model_options, static_cast<std::uint64_t>(parameters.integer("seed")));
  Training training(model, corpus->train, corpus->valid, training_options(parameters));
  CheckpointFolder checkpoints(system_files(), context.trial_folder, context.trial.id);

  const RunEnd end = training.run(recorder, checkpoints, checkpoint_interval());
  if (end == RunEnd::kStopped) return end;
  if (end == RunEnd::kDiverged) {
    checkpoints.clear();
    return end;
  }
  training.average();
  const double began_s = system_clock().monotonic_s();
  const auto tests = translate_tests(model, *corpus, decoding_options(parameters), recorder);
  if (!tests) {
    training.save(checkpoints);
    return RunEnd::kStopped;
  }
  const std::int64_t step = training.updates();
  recorder.metric("translate_seconds", step, system_clock().monotonic_s() - began_s);
  recorder.metric("tokens_per_second", step,
                  static_cast<double>(training.tokens()) / training.train_seconds());
  recorder.metric("padding_fraction", step, training.padding_fraction());
  recorder.metric(
      "left_out_pairs", step,
      static_cast<double>(corpus->text.empty_training_pairs + corpus->long_training_pairs));
  recorder.metric("unknown_fraction", step, corpus->held_out_unknown_fraction);
  recorder.metric("parameters", step, static_cast<double>(training.parameter_count()));
  if (const auto rank = model.position_rank()) {
    recorder.metric(kPositionRank, step, static_cast<double>(*rank));
  }
  record_scores(recorder, step, "test", tests->front());
  for (const Translated& translated : *tests) {
    if (tests->size() > 1) record_scores(recorder, step, translated.text->name, translated);
    record_samples(recorder, step, translated);
    keep_output(context.trial_folder, translated);
  }
  recorder.text("weights_sha256", step, training.weights_sha256());
  checkpoints.clear();
  return RunEnd::kDone;
}

}  // namespace

std::unique_ptr<Experiment> make_translation() { return std::make_unique<Translation>(); }

}  // namespace polysweep
