// The page that `polysweep serve` shows: text, style and script, all in one.
#pragma once

#include <string>

namespace polysweep {

// `nonce` names the page's own style and script in its Content-Security-Policy.
std::string serve_page(const std::string& nonce);

}  // namespace polysweep
