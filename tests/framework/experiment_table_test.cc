#include "framework/worker/experiment_table.h"

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/worker/memory_message.h"
#include "framework/worker/program_digest.h"
#include "framework/worker/worker_schema.h"
#include "tests/support/catch.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

ExperimentSpec named(const std::string& name) {
  ExperimentSpec spec;
  spec.name = name;
  MetricSpec loss;
  loss.name = "loss";
  spec.metrics = {loss};
  return spec;
}

ExperimentSpec first() { return named("first"); }
ExperimentSpec second() { return named("second"); }
ExperimentSpec with_a_space() { return named("a name"); }
ExperimentSpec without_metrics() {
  ExperimentSpec spec = first();
  spec.metrics.clear();
  return spec;
}
ExperimentSpec metric_twice() {
  ExperimentSpec spec = first();
  spec.metrics.push_back(spec.metrics[0]);
  return spec;
}
ExperimentSpec metric_without_name() {
  ExperimentSpec spec = first();
  spec.metrics[0].name = "";
  return spec;
}
ExperimentSpec version_zero() {
  ExperimentSpec spec = first();
  spec.version = 0;
  return spec;
}

std::unique_ptr<Experiment> make_none() { return nullptr; }

std::string refusal(ExperimentSpec (*spec)()) {
  const ExperimentRow rows[] = {{spec, make_none}};
  try {
    catalogue_of(rows);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a worker's catalogue has its experiments in their order, and names its program",
          "[worker]") {
  const ExperimentRow rows[] = {{first, make_none}, {second, make_none}};
  const Catalogue catalogue = catalogue_of(rows);
  REQUIRE(catalogue.experiments.size() == 2);
  CHECK(catalogue.experiments[0].name == "first");
  CHECK(catalogue.experiments[1].name == "second");
  CHECK(catalogue.build == build_digest() + " program " + program_digest());
}

TEST_CASE("an experiment that no sweep file could use is refused by its worker", "[worker]") {
  CHECK(refusal(first) == "accepted");
  CHECK_THAT(refusal(with_a_space), Contains("called 'a name'; expected 1 to 100 letters"));
  CHECK_THAT(refusal(without_metrics), Contains("experiment 'first' has no metric"));
  CHECK_THAT(refusal(metric_twice), Contains("experiment 'first' has the metric 'loss' twice"));
  CHECK_THAT(refusal(metric_without_name), Contains("'first' has a metric without a name"));
  CHECK_THAT(refusal(version_zero), Contains("has version 0; expected 1 or more"));
  const ExperimentRow twice[] = {{first, make_none}, {first, make_none}};
  CHECK_THROWS_WITH(catalogue_of(twice), "two experiments of this worker are called 'first'");
}

TEST_CASE("a program has one digest, and lists its libraries without the system's", "[worker]") {
  const std::string digest = program_digest();
  CHECK(digest.size() == 16);
  CHECK(digest.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(program_digest() == digest);
  for (const std::filesystem::path& library : program_libraries()) {
    CHECK(library.is_absolute());
    CHECK_FALSE(library.string().starts_with("/usr/lib/"));
  }
}

TEST_CASE("a worker's schema reads back, whatever is printed around it", "[worker]") {
  const ExperimentRow rows[] = {{first, make_none}, {second, make_none}};
  const Catalogue catalogue = catalogue_of(rows);
  const std::string json = worker_schema_json(catalogue);
  CHECK(json.find('\n') == std::string::npos);
  for (const std::string& output : {json, json + "\n", "warning {\n" + json + "\nbye\n"}) {
    const WorkerSchema schema = read_worker_schema(output);
    CHECK(schema.catalogue.to_json() == catalogue.to_json());
    CHECK(schema.libraries == program_libraries());
  }
  CHECK_THROWS_WITH(read_worker_schema("hello\nworld"), Contains("it printed \"hello...\""));
  CHECK_THROWS_WITH(read_worker_schema("{\"worker_protocol\":\"2\"}"),
                    Contains("expected the JSON"));
  CHECK_THROWS_WITH(read_worker_schema("{\"worker_protocol\":0,"), Contains("expected the JSON"));
  CHECK_THROWS_WITH(read_worker_schema("{\"worker_protocol\":0,\"polysweep\":3}"),
                    Contains("built with polysweep unknown"));
}

TEST_CASE("messages about memory are recognised", "[worker]") {
  CHECK(reports_out_of_memory("CUDA out of memory. Tried to allocate 2.00 GiB"));
  CHECK(reports_out_of_memory("torch.cuda.OutOfMemoryError: ..."));
  CHECK(reports_out_of_memory("MemoryError"));
  CHECK(reports_out_of_memory("DefaultCPUAllocator: can't allocate memory: you tried"));
  CHECK(reports_out_of_memory("fork: Cannot allocate memory"));
  CHECK(reports_out_of_memory("CUBLAS_STATUS_ALLOC_FAILED"));
  CHECK_FALSE(reports_out_of_memory("memory of the last step"));
  CHECK_FALSE(reports_out_of_memory(""));
}
