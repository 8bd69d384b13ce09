// CommandSpec as JSON: the way it comes to a worker.
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/sweep/command_spec.h"
#include "framework/sweep/value_json.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const CommandWords& group) {
  Json words = Json::array();
  for (const WordTemplate& word : group.words) words.push_back(word.text());
  return {{"words", std::move(words)}, {"when", json_of(group.when)}};
}

CommandWords words_of(const Json& json) {
  CommandWords group;
  for (const Json& word : json.at("words")) group.words.emplace_back(word.get<std::string>());
  group.when = conditions_of(json.at("when"));
  return group;
}

}  // namespace

std::string CommandSpec::to_json() const {
  Json out = {{"words", Json::array()},
              {"environment", Json::array()},
              {"folder", folder.text()},
              {"sweep_folder", sweep_folder},
              {"code",
               {{"live", code.is_live},
                {"outputs", code.outputs},
                {"root", code.root},
                {"sweep_in_root", code.sweep_in_root},
                {"stands_for", code.stands_for}}},
              {"files", Json::array()},
              {"primary", primary},
              {"diverging", diverging},
              {"undeclared", undeclared_name(undeclared)},
              {"capture",
               {{"output_patterns", capture.output_patterns},
                {"json", capture.json},
                {"tensorboard", capture.tensorboard},
                {"csv", capture.csv}}},
              {"time_limit_s", time_limit_s},
              {"progress_limit_s", progress_limit_s},
              {"stop_grace_s", stop_grace_s}};
  for (const CommandWords& group : words) out["words"].push_back(json_of(group));
  for (const CommandVariable& variable : environment) {
    out["environment"].push_back({{"name", variable.name}, {"value", variable.value.text()}});
  }
  for (const InputFile& file : files) {
    out["files"].push_back(
        {{"path", file.path}, {"sha256", file.sha256}, {"executable", file.executable}});
  }
  return out.dump();
}

CommandSpec CommandSpec::from_json(std::string_view json) try {
  const Json document = Json::parse(json);
  CommandSpec command;
  for (const Json& group : document.at("words")) command.words.push_back(words_of(group));
  for (const Json& variable : document.at("environment")) {
    command.environment.push_back({variable.at("name").get<std::string>(),
                                   WordTemplate(variable.at("value").get<std::string>())});
  }
  command.folder = WordTemplate(document.at("folder").get<std::string>());
  command.sweep_folder = document.at("sweep_folder").get<std::string>();
  const Json& code = document.at("code");
  command.code.is_live = code.at("live").get<bool>();
  command.code.outputs = code.at("outputs").get<std::vector<std::string>>();
  command.code.root = code.at("root").get<std::string>();
  command.code.sweep_in_root = code.at("sweep_in_root").get<std::string>();
  command.code.stands_for = code.at("stands_for").get<std::string>();
  for (const Json& file : document.at("files")) {
    command.files.push_back({file.at("path").get<std::string>(),
                             file.at("sha256").get<std::string>(),
                             file.at("executable").get<bool>()});
  }
  command.primary = document.at("primary").get<std::string>();
  command.diverging = document.at("diverging").get<std::vector<std::string>>();
  command.undeclared = undeclared_from_name(document.at("undeclared").get<std::string>());
  const Json& capture = document.at("capture");
  command.capture.output_patterns = capture.at("output_patterns").get<std::vector<std::string>>();
  command.capture.json = capture.at("json").get<bool>();
  command.capture.tensorboard = capture.at("tensorboard").get<std::string>();
  command.capture.csv = capture.at("csv").get<std::string>();
  command.time_limit_s = document.at("time_limit_s").get<double>();
  command.progress_limit_s = document.at("progress_limit_s").get<double>();
  command.stop_grace_s = document.at("stop_grace_s").get<double>();
  return command;
} catch (const Json::exception& problem) {
  fail("this is not a command of an experiment: {}", problem.what());
}

}  // namespace polysweep
