#include "framework/worker/worker_schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/worker/message.h"
#include "framework/worker/program_digest.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kBeginning = R"({"worker_protocol":)";
constexpr std::size_t kShownBytes = 60;

// The beginning of the first line of `text`, for a message.
std::string beginning(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::string_view line = text.substr(0, text.find('\n'));
  std::string out(line.substr(0, kShownBytes));
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, '?');
  return out.size() < text.size() ? out + "..." : out;
}

// The last line that begins as the schema does.
std::string_view schema_line(std::string_view output) {
  std::size_t begin = output.starts_with(kBeginning) ? 0 : std::string_view::npos;
  for (std::size_t at = 0; (at = output.find('\n', at)) != std::string_view::npos; ++at) {
    if (output.substr(at + 1).starts_with(kBeginning)) begin = at + 1;
  }
  if (begin == std::string_view::npos) return {};
  return output.substr(begin, output.find('\n', begin) - begin);
}

}  // namespace

std::string worker_schema_json(const Catalogue& catalogue) {
  Json libraries = Json::array();
  for (const std::filesystem::path& path : program_libraries()) libraries.push_back(path.string());
  Json out = {{"worker_protocol", kProtocolVersion},
              {"polysweep", version()},
              {"libraries", std::move(libraries)}};
  out.update(Json::parse(catalogue.to_json()));
  const std::string text = out.dump(-1, ' ', false, Json::error_handler_t::replace);
  check(text.starts_with(kBeginning), "a schema can be found among other output");
  return text;
}

WorkerSchema read_worker_schema(std::string_view output) {
  const std::string_view json = schema_line(output);
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("worker_protocol") ||
      !document["worker_protocol"].is_number_unsigned()) {
    fail("it printed \"{}\"; expected the JSON object that polysweep::worker_main prints",
         beginning(output));
  }
  const auto protocol = document["worker_protocol"].get<std::uint64_t>();
  if (protocol != kProtocolVersion) {
    const Json& built_with = document.value("polysweep", Json("unknown"));
    fail(
        "it was built with polysweep {}, whose workers speak version {} of the protocol; expected "
        "version {}, that of polysweep {}: build it again with this version",
        built_with.is_string() ? built_with.get<std::string>() : "unknown", protocol,
        kProtocolVersion, version());
  }
  WorkerSchema schema;
  schema.catalogue = Catalogue::from_json(json);
  try {
    for (const Json& path : document.at("libraries")) {
      schema.libraries.emplace_back(path.get<std::string>());
    }
  } catch (const Json::exception& problem) {
    fail("its schema is malformed: {}", problem.what());
  }
  return schema;
}

}  // namespace polysweep
