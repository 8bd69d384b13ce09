#include "experiments/translation/translation_parameters.h"

#include <string>
#include <utility>
#include <vector>

#include "experiments/encodings/encoding.h"
#include "experiments/experiments.h"
#include "experiments/model/model_parameters.h"
#include "experiments/parameter_declarations.h"
#include "experiments/text/corpus.h"

namespace polysweep {
namespace {

using Specs = std::vector<ParameterSpec>;

Specs data_specs() {
  const std::vector<Value> synthetic = {Value("synthetic")};
  const std::vector<Value> multi30k = {Value("multi30k_raw"), Value("multi30k_tok")};
  return {
      text_parameter("corpus", corpus_names(), "parallel text, English to German"),
      parameter_when(
          integer_parameter("sentences", 20000, {100, 1e6}, "number of training pairs to generate"),
          "corpus", synthetic),
      parameter_when(integer_parameter("held_out", 500, {10, 1e5},
                                       "number of validation pairs, and of test pairs"),
                     "corpus", synthetic),
      parameter_when(integer_parameter("corpus_seed", 1, {0, 1e9}, "seed of the generated corpus"),
                     "corpus", synthetic),
      parameter_when(integer_parameter(
                         "vocabulary", 8000, {100, 1e6},
                         "joint BPE: number of pieces (multi30k_raw) or of merges (multi30k_tok)"),
                     "corpus", multi30k),
      integer_parameter("longest", 128, {8, 4096},
                        "longest sentence that the model reads or writes", "tokens"),
  };
}

Specs training_specs() {
  return {
      integer_parameter("updates", 400, {1, 1e9}, "number of weight updates"),
      integer_parameter("batch_tokens", 2048, {16, 1e7},
                        "largest batch: sentence pairs times their longest side", "tokens"),
      real_parameter("learning_rate", 0.005, {0, 10}, "peak of the inverse-square-root schedule"),
      integer_parameter("warmup", 100, {1, 1e9}, "updates until the learning rate peaks"),
      real_parameter("adam_beta1", 0.9, {0, 1}, "decay of the first moment"),
      real_parameter("adam_beta2", 0.98, {0, 1}, "decay of the second moment"),
      real_parameter("adam_epsilon", 1e-8, {0, 1}, "added to the square root of the second moment"),
      real_parameter("clip", 0, {0, 1e9},
                     "largest norm of the gradient of the mean loss; 0: no clipping"),
      real_parameter("label_smoothing", 0.1, {0, 0.99},
                     "probability spread uniformly over the vocabulary"),
      integer_parameter("evaluate_every", 100, {0, 1e9},
                        "updates between evaluations; 0: after every epoch"),
      integer_parameter(
          "patience", 0, {0, 1e6},
          "evaluations without a lower validation_loss after which training stops; 0: never"),
      integer_parameter(
          "average", 0, {0, 100},
          "last evaluations whose weights are averaged for the test; 0: no averaging"),
  };
}

Specs other_specs() {
  return {
      integer_parameter("beam", 1, {1, 100}, "beam width in translation; 1: greedy"),
      real_parameter("length_penalty", 1, {0, 10},
                     "hypotheses are ranked by log p / length^length_penalty"),
      integer_parameter("seed", 0, {0, 9e15}, "seed of initial weights, data order and dropout"),
  };
}

std::vector<MetricSpec> metric_specs() {
  std::vector<MetricSpec> specs = {
      {"training_loss", Goal::kMinimize, "nats/token",
       "label-smoothed, with dropout, mean since the previous evaluation"},
      {"validation_loss", Goal::kMinimize, "nats/token", "label-smoothed, on the validation set",
       "updates", Role::kProgress},
      {"validation_nll", Goal::kMinimize, "nats/token",
       "negative log likelihood of the validation set"},
      {"validation_accuracy", Goal::kMaximize, "",
       "share of target tokens ranked first, given the tokens before"},
      {"learning_rate", Goal::kMinimize, "", "learning rate of the last update"},
      {"tokens", Goal::kMaximize, "tokens", "target tokens trained on so far", "updates",
       Role::kBudget},
      {"train_seconds", Goal::kMinimize, "s", "time spent in updates so far", "updates",
       Role::kCost},
      {"tokens_per_second", Goal::kMaximize, "tokens/s", "target tokens divided by train_seconds"},
      {"translate_seconds", Goal::kMinimize, "s", "time spent translating all test sets"},
      {"padding_fraction", Goal::kMinimize, "",
       "share of padding that padded batches would have had"},
      {"left_out_pairs", Goal::kMinimize, "pairs",
       "training pairs left out: a side has no words, or more tokens than `longest`"},
      {"unknown_fraction", Goal::kMinimize, "",
       "share of unknown tokens in validation and test sets"},
      {"parameters", Goal::kMinimize, "", "number of trainable parameters", "updates", Role::kSize},
      position_rank_metric(),
  };
  for (const std::string set : {"test", "test_2016_flickr", "test_2017_flickr"}) {
    const std::string of = set == "test" ? "first test set" : set;
    specs.push_back({set + "_bleu", Goal::kMaximize, "BLEU", "sacreBLEU 13a of the " + of});
    specs.push_back({set + "_bleu_lower_case", Goal::kMaximize, "BLEU",
                     "sacreBLEU 13a, lower-cased, of the " + of});
    specs.push_back({set + "_bleu_untokenized", Goal::kMaximize, "BLEU",
                     "sacreBLEU tok:none, lower-cased, of the " + of});
    specs.push_back({set + "_chrf", Goal::kMaximize, "chrF2", "chrF2 of the " + of});
  }
  return specs;
}

}  // namespace

ExperimentSpec translation_spec() {
  Specs all;
  for (const Specs& part : {data_specs(), model_parameters(), training_specs(), other_specs()})
    all.insert(all.end(), part.begin(), part.end());
  ExperimentSpec spec;
  spec.name = "translation";
  spec.version = 1;
  spec.doc = "an encoder-decoder Transformer learns to translate English to German";
  spec.clock = "updates";
  spec.schema = Schema(with_roles(std::move(all), {{"updates", Role::kBudget},
                                                   {"batch_tokens", Role::kBudget},
                                                   {"patience", Role::kBudget},
                                                   {"corpus", Role::kData},
                                                   {"sentences", Role::kData},
                                                   {"held_out", Role::kData},
                                                   {"corpus_seed", Role::kData},
                                                   {"vocabulary", Role::kData},
                                                   {"dimension", Role::kSize},
                                                   {"ffn_factor", Role::kSize},
                                                   {"heads", Role::kSize},
                                                   {"layers", Role::kSize}}));
  spec.metrics = metric_specs();
  spec.data = corpus_data("corpus");
  return spec;
}

EncodedCorpusOptions corpus_options(const Parameters& parameters,
                                    const std::filesystem::path& data_folder) {
  EncodedCorpusOptions options;
  options.corpus.name = parameters.text("corpus");
  options.corpus.folder = data_folder;
  options.longest = parameters.integer("longest");
  if (options.corpus.name == "synthetic") {
    options.corpus.synthetic.seed = static_cast<std::uint64_t>(parameters.integer("corpus_seed"));
    options.corpus.synthetic.train_pairs = parameters.integer("sentences");
    options.corpus.synthetic.valid_pairs = parameters.integer("held_out");
    options.corpus.synthetic.test_pairs = parameters.integer("held_out");
    options.vocabulary.kind = "words";
    return options;
  }
  options.vocabulary.kind = options.corpus.name == "multi30k_tok" ? "merges" : "bpe";
  options.vocabulary.size = parameters.integer("vocabulary");
  return options;
}

TrainingOptions training_options(const Parameters& parameters) {
  TrainingOptions options;
  options.updates = parameters.integer("updates");
  options.batch_tokens = parameters.integer("batch_tokens");
  options.learning_rate.peak = parameters.real("learning_rate");
  options.learning_rate.warmup = parameters.integer("warmup");
  options.adam.beta1 = parameters.real("adam_beta1");
  options.adam.beta2 = parameters.real("adam_beta2");
  options.adam.epsilon = parameters.real("adam_epsilon");
  options.adam.clip = parameters.real("clip");
  options.label_smoothing = parameters.real("label_smoothing");
  options.evaluate_every = parameters.integer("evaluate_every");
  options.patience = parameters.integer("patience");
  options.average = parameters.integer("average");
  options.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
  return options;
}

DecodingOptions decoding_options(const Parameters& parameters) {
  DecodingOptions options;
  options.beam = parameters.integer("beam");
  options.length_penalty = parameters.real("length_penalty");
  options.begin = Vocabulary::kBegin;
  options.end = Vocabulary::kEnd;
  return options;
}

}  // namespace polysweep
