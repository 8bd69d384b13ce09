#include "cli/live/serve_page.h"

#include "cli/live/assets.h"

namespace polysweep {

std::string serve_page(const std::string& nonce) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>polysweep</title>\n<link rel=\"icon\" href=\"data:,\">\n<style nonce=\"" +
      nonce + "\">";
  page += kLiveCss;
  page += "</style></head><body>";
  page += kLiveHtml;
  page += "<script nonce=\"" + nonce + "\">";
  page += kLiveJs;
  page += "</script></body></html>\n";
  return page;
}

}  // namespace polysweep
