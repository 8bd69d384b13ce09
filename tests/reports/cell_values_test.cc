#include "reports/analysis/cell_values.h"

#include "reports/analysis/sweep_analysis.h"
#include "reports/text/list_text.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("the values of a metric are computed once", "[cell values]") {
  const SweepResults results = sample_sweep();
  const AnalysisOptions options;
  const SweepAnalysis analysis(results, options);
  const auto* first = &analysis.values.of("test_bleu");
  analysis.values.of("validation_loss");
  analysis.values.of("unknown");
  CHECK(&analysis.values.of("test_bleu") == first);
  CHECK(&analysis.primary_values() == first);
  CHECK(&analysis.comparison() == &analysis.comparison());
}

TEST_CASE("every planned trial has a value or a reason", "[cell values]") {
  const SweepResults results = sample_sweep();
  const CellValueTable table(results);
  std::size_t values = 0;
  std::size_t selective = 0;
  std::string reasons;
  for (const CellValues& cell : table.of("test_bleu")) {
    values += cell.values.size();
    selective += cell.selective_missing();
    CHECK(cell.planned() == 5);
    append_item(reasons, missing_text(results, cell.missing), "");
  }
  CHECK(values == 66);
  CHECK(selective == 2);  // one failed, one diverged; the others have not ended
  CHECK_THAT(reasons, Catch::Matchers::Contains("seed 2 failed: out of memory") &&
                          Catch::Matchers::Contains("seed 1 diverged") &&
                          Catch::Matchers::Contains("seed 4 running"));
  for (const CellValues& cell : table.of("unknown")) CHECK(cell.values.empty());
}

TEST_CASE("lists as texts", "[text]") {
  CHECK(list_text({}) == "");
  CHECK(list_text({"a", "b"}, "; ") == "a; b");
  CHECK(list_text_of_at_most({"a", "b", "c"}, 2) == "a, b and 1 more");
  CHECK(list_text_of_at_most({"a", "b"}, 2) == "a, b");
}

}  // namespace polysweep
