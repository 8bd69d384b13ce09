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
      "samples of each paired test; 0: 1000 for the bootstrap, 10000 for randomisation")(
      "seed", po::value<std::uint32_t>()->default_value(12345)->value_name("N"),
      "seed of the paired tests (sacreBLEU uses 12345)");
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
  std::optional<SystemScore> sampled;  // by the bootstrap; the first output too
  std::optional<PairedTestResult> bootstrap;
  std::optional<PairedTestResult> randomization;
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

std::vector<Scored> scored(const std::vector<std::string>& outputs, const std::string& reference,
                           const PairedTestOptions& options) {
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
        one.bootstrap = paired_bootstrap(*baseline, counts, options);
        one.sampled = one.bootstrap->system;
        all[first].sampled = one.bootstrap->baseline;
        one.randomization = approximate_randomization(*baseline, counts, options);
      } else {
        baseline = std::move(counts);
      }
      all.push_back(std::move(one));
    }
  }
  return all;
}

std::string score_text(double score) { return fmt::format("{:.2f}", score); }

Table table_of(const std::vector<Scored>& all, const PairedTestOptions& options) {
  const bool tested = std::any_of(all.begin(), all.end(),
                                  [](const Scored& one) { return one.bootstrap.has_value(); });
  Table table;
  table.columns = {{"metric"}, {"output"}, {"score", Align::kRight}};
  if (tested) {
    table.columns.push_back({"95 % of samples", Align::kRight});
    table.columns.push_back({"difference", Align::kRight});
    table.columns.push_back({"p bootstrap", Align::kRight});
    table.columns.push_back({"p randomisation", Align::kRight});
  }
  for (const Scored& one : all) {
    TableRow row = {one.metric->name, one.output, {score_text(one.score), one.score}};
    if (one.sampled) {
      row.push_back(
          fmt::format("{:.2f} \u00b1 {:.2f}", one.sampled->mean, one.sampled->half_width));
    }
    if (one.bootstrap) {
      const double difference = one.score - one.bootstrap->baseline.score;
      row.push_back({fmt::format("{:+.2f}", difference), difference});
      row.push_back({p_text(one.bootstrap->p_value), one.bootstrap->p_value});
      row.push_back({p_text(one.randomization->p_value), one.randomization->p_value});
    }
    row.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
  for (const Metric& metric : metrics()) {
    table.notes.push_back(fmt::format("{}: {}", metric.name, metric.signature()));
  }
  if (tested) {
    table.notes.push_back(fmt::format(
        "Tests of each output against the first, {}: they compare these outputs, not the methods "
        "that produced them. Paired bootstrap of {} samples, approximate randomisation of {}, "
        "seed {}.",
        all.front().output, all.back().bootstrap->samples, all.back().randomization->samples,
        options.seed));
  }
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
      row["bootstrap"] = {{"samples", one.bootstrap->samples},
                          {"mean", one.bootstrap->system.mean},
                          {"half_width", one.bootstrap->system.half_width},
                          {"p", one.bootstrap->p_value}};
      row["randomization"] = {{"samples", one.randomization->samples},
                              {"p", one.randomization->p_value}};
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
  const std::vector<Scored> all = scored(outputs, reference, options);
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
    "--ref FILE HYPOTHESES ... [--samples N] [--seed N] [--json]",
    "  polysweep score --ref test.de output.de\n"
    "  polysweep score --ref test.de baseline.de other.de    # each tested against the first",
    declare_score,
    run_score,
};

}  // namespace polysweep
