#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/terminal.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "reports/text/number_text.h"
#include "scoring/paired_tests.h"

namespace polysweep {
namespace {

using Texts = std::vector<std::string>;

void declare_score(CommandOptions& options) {
  declare_json(options);
  options.shown.add_options()("ref", po::value<std::string>()->value_name("FILE"),
                              "file of reference sentences, one per line, UTF-8, may be .gz")(
      "samples", po::value<std::int64_t>()->default_value(0)->value_name("N"),
      "samples of each paired test; 0: 10000 for randomization, 1000 for the bootstrap")(
      "seed", po::value<std::uint32_t>()->default_value(12345)->value_name("N"),
      "seed of the paired tests (sacreBLEU uses 12345)")(
      "force", po::bool_switch(), "do not warn of outputs that look tokenized");
  options.argument("hypotheses", true);
}

// One sentence per line, as sacreBLEU reads them: only \n ends a line.
Texts read_lines(const std::string& name) {
  const std::string content = name == "-"
                                  ? std::string(std::istreambuf_iterator<char>(std::cin), {})
                                  : read_file_or_gz(name);
  Texts lines;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    lines.push_back(content.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// A score of the table below.
struct Metric {
  const char* name;
  SentenceCounts (*counts)(const Texts& hypotheses, const Texts& references);
  std::string (*signature)();
};

BleuOptions bleu_options(bool lower_case, BleuTokenizer tokenizer) {
  BleuOptions options;
  options.lower_case = lower_case;
  options.tokenizer = tokenizer;
  return options;
}

template <bool kLowerCase, BleuTokenizer kTokenizer>
Metric bleu_metric(const char* name) {
  return {name,
          [](const Texts& hypotheses, const Texts& references) {
            return SentenceCounts::bleu(hypotheses, references,
                                        bleu_options(kLowerCase, kTokenizer));
          },
          [] { return bleu_signature(bleu_options(kLowerCase, kTokenizer)); }};
}

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> all = {
      bleu_metric<false, BleuTokenizer::k13a>("BLEU"),
      bleu_metric<true, BleuTokenizer::k13a>("BLEU lower-case"),
      bleu_metric<true, BleuTokenizer::kNone>("BLEU untokenized"),
      {"chrF2",
       [](const Texts& hypotheses, const Texts& references) {
         return SentenceCounts::chrf(hypotheses, references);
       },
       [] { return chrf_signature({}); }},
  };
  return all;
}

// One output's score, and what the tests against the first output say.
struct Scored {
  std::string output;
  const Metric* metric = nullptr;
  double score = 0;
  std::optional<PairedTestResult> randomization;
  std::optional<PairedTestResult> bootstrap;
  std::optional<SystemScore> sampled;  // by the bootstrap; the first output too

  // Equal scores do not show a difference; sacreBLEU gives them the smallest p.
  bool equal() const { return score == randomization->baseline.score; }
  double randomization_p() const { return equal() ? 1 : randomization->p_value; }
};

// Names the files before the message of a failed score.
SentenceCounts counts_of(const Metric& metric, const std::string& output, const Texts& hypotheses,
                         const std::string& reference, const Texts& references) {
  try {
    return metric.counts(hypotheses, references);
  } catch (const Error& error) {
    fail("{} against {}: {}", output, reference, error.what());
  }
}

// As sacreBLEU does, which has a --force too.
void warn_of_tokenized(const std::vector<std::string>& outputs, const std::vector<Texts>& texts) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::int64_t periods = tokenized_periods(texts[i]);
    if (periods < kManyTokenizedPeriods) continue;
    fmt::print(stderr,
               "polysweep: warning: {}: {} of {} lines end in a tokenized period (' .'). BLEU and "
               "chrF2 are defined on detokenized text, and tokenized text gives other scores; only "
               "\"BLEU untokenized\" takes the words as they are. --force omits this warning\n",
               outputs[i], periods, texts[i].size());
  }
}

std::vector<Scored> scored(const std::vector<std::string>& outputs, const std::string& reference,
                           const PairedTestOptions& options, bool warn) {
  const Texts references = read_lines(reference);
  std::vector<Texts> texts;
  for (const std::string& output : outputs) texts.push_back(read_lines(output));
  std::vector<Scored> all;
  for (const Metric& metric : metrics()) {
    std::optional<SentenceCounts> baseline;
    const std::size_t first = all.size();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      SentenceCounts counts = counts_of(metric, outputs[i], texts[i], reference, references);
      Scored one{outputs[i], &metric, counts.score(), {}, {}, {}};
      if (baseline) {
        one.randomization = approximate_randomization(*baseline, counts, options);
        one.bootstrap = paired_bootstrap(*baseline, counts, options);
        one.sampled = one.bootstrap->system;
        all[first].sampled = one.bootstrap->baseline;
      } else {
        baseline = std::move(counts);
      }
      all.push_back(std::move(one));
    }
  }
  if (warn) warn_of_tokenized(outputs, texts);
  return all;
}

std::string score_text(double score) { return fmt::format("{:.2f}", score); }

void add_test_notes(Table& table, const std::vector<Scored>& all,
                    const PairedTestOptions& options) {
  table.notes.push_back(fmt::format(
      "p: approximate randomization of each output against the first, {} ({} samples, seed {}). It "
      "compares these outputs, not the methods that produced them.",
      all.front().output, all.back().randomization->samples, options.seed));
  table.notes.push_back(fmt::format(
      "sacreBLEU's bootstrap p ({} samples): not a test at its level. It counts one tail of two, "
      "and calls about 12% of outputs that do not differ different at 0.05. It is printed to "
      "compare with sacreBLEU; decide by p.",
      all.back().bootstrap->samples));
  const bool equal = std::any_of(
      all.begin(), all.end(), [](const Scored& one) { return one.randomization && one.equal(); });
  if (!equal) return;
  table.notes.push_back("Equal scores have p = 1; sacreBLEU prints 1 / (samples + 1) for them.");
}

Table table_of(const std::vector<Scored>& all, const PairedTestOptions& options) {
  const bool tested = std::any_of(all.begin(), all.end(),
                                  [](const Scored& one) { return one.bootstrap.has_value(); });
  Table table;
  table.columns = {{"metric"}, {"output"}, {"score", Align::kRight}};
  if (tested) {
    table.columns.push_back({"difference", Align::kRight});
    table.columns.push_back({"p", Align::kRight});
    table.columns.push_back({"95 % of samples", Align::kRight});
    table.columns.push_back({"sacreBLEU's bootstrap p", Align::kRight});
  }
  for (const Scored& one : all) {
    TableRow row = {one.metric->name, one.output, {score_text(one.score), one.score}};
    row.resize(table.columns.size());
    if (one.randomization) {
      const double difference = one.score - one.randomization->baseline.score;
      row[3] = {fmt::format("{:+.2f}", difference), difference};
      row[4] = {p_text(one.randomization_p()), one.randomization_p()};
      row[6] = {p_text(one.bootstrap->p_value), one.bootstrap->p_value};
    }
    if (one.sampled) {
      row[5] = fmt::format("{:.2f} \u00b1 {:.2f}", one.sampled->mean, one.sampled->half_width);
    }
    table.rows.push_back(std::move(row));
  }
  for (const Metric& metric : metrics()) {
    table.notes.push_back(fmt::format("{}: {}", metric.name, metric.signature()));
  }
  if (tested) add_test_notes(table, all, options);
  return table;
}

nlohmann::ordered_json as_json(const std::vector<Scored>& all, const PairedTestOptions& options) {
  nlohmann::ordered_json out = nlohmann::json::array();
  for (const Scored& one : all) {
    nlohmann::ordered_json row = {{"output", one.output},
                                  {"metric", one.metric->name},
                                  {"signature", one.metric->signature()},
                                  {"score", one.score}};
    if (one.bootstrap) {
      row["baseline"] = all.front().output;
      row["seed"] = options.seed;
      row["randomization"] = {{"samples", one.randomization->samples},
                              {"p", one.randomization_p()}};
      row["bootstrap"] = {{"samples", one.bootstrap->samples},
                          {"mean", one.bootstrap->system.mean},
                          {"half_width", one.bootstrap->system.half_width},
                          {"p", one.bootstrap->p_value}};
    }
    out.push_back(std::move(row));
  }
  return out;
}

int run_score(const po::variables_map& given) {
  const std::string reference = text_or(given, "ref", "");
  if (reference.empty()) fail("--ref is missing: expected the file of reference sentences");
  const std::vector<std::string> outputs = texts_of(given, "hypotheses");
  if (outputs.empty()) fail("HYPOTHESES is missing: expected one or more files to score");
  if (std::count(outputs.begin(), outputs.end(), "-") + (reference == "-" ? 1 : 0) > 1) {
    fail("- is standard input, which can be read only once");
  }
  PairedTestOptions options;
  options.samples = given["samples"].as<std::int64_t>();
  options.seed = given["seed"].as<std::uint32_t>();
  const std::vector<Scored> all = scored(outputs, reference, options, !given["force"].as<bool>());
  if (given["json"].as<bool>()) {
    print_json(as_json(all, options));
  } else {
    print_table(table_of(all, options));
  }
  return kExitComplete;
}

}  // namespace

const Command kScoreCommand = {
    "score",
    "Scores translations as sacreBLEU does (BLEU, chrF), with significance tests between outputs",
    "--ref FILE HYPOTHESES ... [--samples N] [--seed N] [--force] [--json]",
    "  polysweep score --ref test.de output.de\n"
    "  polysweep score --ref test.de baseline.de other.de    # each tested against the first",
    declare_score,
    run_score,
};

}  // namespace polysweep
