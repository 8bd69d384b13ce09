#include "results/export/mlflow_client.h"

#include <httplib.h>

#include <regex>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kConnectTimeout_s = 10;
constexpr int kTimeout_s = 300;
constexpr std::size_t kShownAnswer = 300;

std::string reason(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "it cannot be connected to";
    case httplib::Error::ConnectionTimeout:
      return fmt::format("it did not accept a connection within {} s", kConnectTimeout_s);
    case httplib::Error::Read:
    case httplib::Error::Write:
      return "the connection ended early";
    case httplib::Error::SSLConnection:
      return "it does not speak TLS";
    case httplib::Error::SSLServerVerification:
      return "its certificate is not trusted on this machine";
    default:
      return "HTTP error " + httplib::to_string(error);
  }
}

}  // namespace

MlflowClient::MlflowClient(const std::string& url) {
  static const std::regex form(
      "(https?://)(?:([^/@:]*):([^/@]*)@)?(\\[[0-9a-fA-F:.]+\\](?::[0-9]+)?|[^/@?#: "
      "]+(?::[0-9]+)?)(/[^?#]*)?");
  std::smatch parts;
  if (!std::regex_match(url, parts, form)) {
    fail("{} is not the address of an MLflow server; expected http://HOST:PORT", in_quotes(url));
  }
  path_ = parts[5].str();
  while (path_.ends_with('/')) path_.pop_back();
  const std::string origin = parts[1].str() + parts[4].str();
  url_ = origin + path_;
  client_ = std::make_unique<httplib::Client>(origin);
  if (!client_->is_valid()) {
    fail("{} is not the address of an MLflow server; expected http://HOST:PORT", in_quotes(url));
  }
  if (parts[2].matched) client_->set_basic_auth(parts[2].str(), parts[3].str());
  client_->set_connection_timeout(kConnectTimeout_s);
  client_->set_read_timeout(kTimeout_s);
  client_->set_write_timeout(kTimeout_s);
  client_->set_keep_alive(true);
  client_->set_tcp_nodelay(true);
}

MlflowClient::~MlflowClient() = default;

std::optional<Json> MlflowClient::find_experiment(const std::string& name) {
  const std::string method = "experiments/get-by-name";
  const auto result = client_->Get(path_ + "/api/2.0/mlflow/" + method,
                                   httplib::Params{{"experiment_name", name}}, httplib::Headers());
  if (!result) fail("the MLflow server {} does not answer ({})", url_, reason(result.error()));
  if (result->status == 404) return std::nullopt;
  const Json out = parsed(method, {result->status, result->body});
  if (!out.contains("experiment")) {
    fail("the MLflow server {} answered {} without an experiment", url_, method);
  }
  return out["experiment"];
}

Json MlflowClient::call(const std::string& method, const Json& body) {
  const auto result =
      client_->Post(path_ + "/api/2.0/mlflow/" + method,
                    body.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json");
  if (!result) fail("the MLflow server {} does not answer ({})", url_, reason(result.error()));
  return parsed(method, {result->status, result->body});
}

Json MlflowClient::parsed(const std::string& method, const Answer& answer) const {
  Json out = Json::parse(answer.text, nullptr, false);
  if (answer.status == 200 && out.is_object()) return out;
  std::string why = answer.text.substr(0, kShownAnswer);
  if (out.is_object() && out.contains("message") && out["message"].is_string()) {
    why = out["message"].get<std::string>().substr(0, kShownAnswer);
  }
  fail("the MLflow server {} refused {} (status {}): {}", url_, method, answer.status, why);
}

}  // namespace polysweep
