#include "results/read/trial_filter.h"

#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

TrialRow row(const std::string& encoding, std::optional<Value> order,
             const std::map<std::string, double>& metrics, TrialState state = TrialState::kDone) {
  TrialRow out;
  out.experiment = "toy";
  out.state = state;
  out.attempts = 1;
  out.parameters.set("encoding", Value(encoding));
  if (order) out.parameters.set("order", *order);
  out.final_metrics = metrics;
  return out;
}

std::vector<TrialRow> sample_rows() {
  return {row("rope", {}, {{"bleu", 40}, {"odd name", 1}}),
          row("legendre", Value(4), {{"bleu", 35.5}}),
          row("legendre", Value(16), {{"bleu", std::nan("")}}),
          row("legendre", Value("full"), {{"bleu", std::numeric_limits<double>::infinity()}}),
          row("none", {}, {}, TrialState::kFailed)};
}

// Which of the sample's rows are kept: "01".
std::string kept(const std::string& expression) {
  const std::vector<TrialRow> rows = sample_rows();
  const TrialFilter keeps = parse_trial_filter(expression, trial_columns(rows), rows);
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (keeps(rows[i])) out += std::to_string(i);
  }
  return out;
}

// Trials of these step sizes, of which `expression` keeps some.
std::string kept_rates(const std::vector<double>& rates, const std::string& expression) {
  std::vector<TrialRow> rows(rates.size());
  for (std::size_t i = 0; i < rates.size(); ++i) {
    rows[i].parameters.set("lr", Value(rates[i]));
    rows[i].final_metrics["loss"] = rates[i];
  }
  const TrialFilter keeps = parse_trial_filter(expression, trial_columns(rows), rows);
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (keeps(rows[i])) out += std::to_string(i);
  }
  return out;
}

std::string message_of(const std::string& expression) {
  try {
    kept(expression);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string order_of(const std::string& columns) {
  std::vector<TrialRow> rows = sample_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].attempts = static_cast<std::uint32_t>(i);
  sort_trials(rows, columns, trial_columns(rows));
  std::string out;
  for (const TrialRow& each : rows) out += std::to_string(each.attempts);
  return out;
}

}  // namespace

TEST_CASE("rows are kept by comparisons of parameters, metrics and states", "[filter]") {
  CHECK(kept("encoding=rope") == "0");
  CHECK(kept("encoding == 'rope'") == "0");
  CHECK(kept("encoding!=legendre") == "04");
  CHECK(kept("order<16") == "1");
  CHECK(kept("order<=16.0") == "12");
  CHECK(kept("order=1.6e1") == "2");
  CHECK(kept("order=full") == "3");
  CHECK(kept("order>1") == "12");  // a word is no number
  CHECK(kept("bleu>30") == "013");
  CHECK(kept("bleu>-1e300 and bleu<1e300") == "01");
  CHECK(kept("state=failed") == "4");
  CHECK(kept("attempts>=1") == "01234");
  CHECK(kept("experiment=toy") == "01234");
  CHECK(kept("\"odd name\" = 1") == "0");
  CHECK(kept("encoding>legendre") == "04");  // words in their order
}

TEST_CASE("and, or, not and parentheses", "[filter]") {
  CHECK(kept("encoding=rope or encoding=none") == "04");
  CHECK(kept("encoding=legendre and bleu>30 or state=failed") == "134");
  CHECK(kept("encoding=legendre and (bleu>30 or state=failed)") == "13");
  CHECK(kept("not encoding=legendre") == "04");
  CHECK(kept("not (encoding=legendre or encoding=rope)") == "4");
  CHECK(kept("not not encoding=rope") == "0");
}

TEST_CASE("what a row lacks, or is not a number, fulfils no comparison", "[filter]") {
  CHECK(kept("order=4 or order!=4") == "123");
  CHECK(kept("bleu=0 or bleu!=0") == "013");
  CHECK(kept("not order=4") == "0234");
}

TEST_CASE("a condition that is wrong is shown with its place", "[filter]") {
  CHECK_THAT(message_of("bleuu>3"), Contains("'bleuu'") && Contains("did you mean 'bleu'"));
  CHECK_THAT(message_of(""), Contains("at character 1: the end where the name"));
  CHECK_THAT(message_of("bleu"), Contains("the end where one of = != < <= > >="));
  CHECK_THAT(message_of("bleu >"), Contains("the end where a value"));
  CHECK_THAT(message_of("bleu > 3 encoding = 4"), Contains("at character 10: 'encoding'"));
  CHECK_THAT(message_of("(bleu > 3"), Contains("the end where ')'"));
  CHECK_THAT(message_of("bleu ~ 3"), Contains("'~' where one of"));
  CHECK_THAT(message_of("encoding = 'rope"), Contains("where another '"));
  CHECK_THAT(message_of("1; DROP TABLE point"), Contains("'1'"));
  CHECK_THAT(message_of(std::string(1000, '(')), Contains("fewer parentheses"));
}

TEST_CASE("a long condition is no deep one", "[filter]") {
  std::string expression = "encoding=rope";
  for (int i = 0; i < 20'000; ++i) expression += " or encoding=none";
  CHECK(kept(expression) == "04");
}

TEST_CASE("rows are sorted by several columns, those without a value last", "[filter]") {
  CHECK(order_of("bleu") == "10324");
  CHECK(order_of("-bleu") == "30124");
  CHECK(order_of("encoding,-bleu") == "31240");
  CHECK(order_of("-encoding,order") == "04123");
  CHECK(order_of("") == "01234");
  CHECK_THROWS_WITH(order_of("-bleuu"), Contains("did you mean 'bleu'"));
}

TEST_CASE("a condition takes a level as it is shown, where that is one level", "[filter]") {
  const std::vector<double> rates = {0.00464158883361, 0.1, 0.0312345678};
  CHECK(kept_rates(rates, "lr=4.64e-3") == "0");
  CHECK(kept_rates(rates, "lr=0.00464 or lr=0.0312") == "02");
  CHECK(kept_rates(rates, "lr!=4.64e-3") == "12");
  CHECK(kept_rates(rates, "lr=0.00464158883361") == "0");
  CHECK(kept_rates(rates, "lr<=4.64e-3").empty());   // an order takes numbers as they are
  CHECK(kept_rates(rates, "loss=4.64e-3").empty());  // so do metrics
  CHECK(kept_rates({0.00464158883361, 0.00464201234567}, "lr=4.64e-3").empty());
}

}  // namespace polysweep
