// The description of the paper's figures, as reports read it.
#include "experiments/encodings/paper_figures.h"

#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

using Json = nlohmann::json;

TEST_CASE("the paper's six figures are described", "[paper]") {
  const Json figures = Json::parse(paper_figures_json({}))["figures"];
  REQUIRE(figures.size() == 6);
  CHECK(figures[0]["table"] ==
        Json({"encoding=sinusoidal", "positions=50", "dimension=128", "heads=1"}));
  CHECK(figures[1]["shown"] == Json({0, 1, 2, 3}));
  CHECK(figures[1]["standardize"] == true);
  CHECK(figures[4]["shown"] == Json::array({0}));
  CHECK(figures[4]["table"].back() == "grid=paper");
  CHECK(figures[5]["cells"][0]["require"] == Json::array({"encoding=sinusoidal"}));
  CHECK(figures[5]["cells"][1]["prefer"] == Json({"norm=raw", "order=full", "grid=paper"}));
}

TEST_CASE("what the paper leaves open can be chosen, and is checked", "[paper]") {
  const Json figures =
      Json::parse(paper_figures_json({"heads=2", "head=1", "positions=100"}))["figures"];
  CHECK(figures[1]["shown"] == Json({0, 1}));
  CHECK(figures[4]["shown"] == Json::array({1}));
  CHECK(figures[0]["table"][1] == "positions=100");
  CHECK_THROWS_WITH(paper_figures_json({"haeds=2"}),
                    "unknown choice 'haeds' (did you mean 'heads'?)");
  CHECK_THROWS_WITH(paper_figures_json({"heads"}), "expected name=value, not 'heads'");
  CHECK_THROWS_WITH(paper_figures_json({"heads=two"}), "heads=two: expected an integer from 0 on");
}

}  // namespace polysweep
