#include <fmt/format.h>

#include "cli/commands/command_table.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// bash splits words at '=' and completes the part behind it alone.
constexpr std::string_view kBash = R"bash(_polysweep() {
  local typed=${COMP_LINE:0:COMP_POINT} words found
  read -ra words <<<"$typed"
  case $typed in *[[:space:]]) words+=('') ;; esac
  local current=${words[-1]}
  mapfile -t found < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  local one
  for one in "${found[@]}"; do
    case $one in *=) compopt -o nospace 2>/dev/null ;; esac
    case $current in *=*) one=${one#"${current%%=*}="} ;; esac
    COMPREPLY+=("$one")
  done
}
complete -o default -F _polysweep polysweep
)bash";

// clang-format off: it would rewrite the script.
constexpr std::string_view kZsh = R"zsh(#compdef polysweep
_polysweep() {
  local -a found open
  found=(${(f)"$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  open=(${(M)found:#*=})
  found=(${found:#*=})
  (( $#found )) && compadd -- $found
  (( $#open )) && compadd -S '' -- $open
  (( $#found + $#open )) || _files
}
compdef _polysweep polysweep
)zsh";
// clang-format on

void declare(CommandOptions& options) { options.argument("shell"); }

int run(const po::variables_map& given) {
  const std::string shell = required_argument(given, "shell", "bash or zsh");
  if (shell == "bash") {
    fmt::print("{}", kBash);
  } else if (shell == "zsh") {
    fmt::print("{}", kZsh);
  } else {
    fail("there is no completion for the shell '{}', only for bash and zsh", shell.substr(0, 60));
  }
  return kExitComplete;
}

}  // namespace

const Command kCompletionCommand = {
    "completion",
    "Prints what makes a shell complete sweeps, trials, factors and levels",
    "bash|zsh",
    "  source <(polysweep completion bash)      # in ~/.bashrc\n"
    "  source <(polysweep completion zsh)       # in ~/.zshrc, after compinit",
    declare,
    run,
};

}  // namespace polysweep
