// A client of an MLflow tracking server's REST interface. Internal to results/.
//
// HTTP and HTTPS (certificates are verified against the system's store). A user
// name and password in the URL are sent as basic authentication. Proxies are not
// used.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace httplib {
class Client;
}

namespace polysweep {

class MlflowClient {
 public:
  // `url`: http://HOST:PORT or https://HOST, with a path if the server has one.
  // Throws Error for another form; connects only when asked.
  explicit MlflowClient(const std::string& url);
  ~MlflowClient();

  // Without the user name and password.
  const std::string& url() const { return url_; }

  // The experiment of this name; empty where the server has none.
  std::optional<nlohmann::ordered_json> find_experiment(const std::string& name);
  // POST api/2.0/mlflow/`method`. Throws Error where the server does not answer,
  // or refuses.
  nlohmann::ordered_json call(const std::string& method, const nlohmann::ordered_json& body);

 private:
  struct Answer {
    int status = 0;
    std::string text;
  };
  nlohmann::ordered_json parsed(const std::string& method, const Answer& answer) const;

  std::string url_;
  std::string path_;  // of the URL, before /api
  std::unique_ptr<httplib::Client> client_;
};

}  // namespace polysweep
