#include <fmt/format.h>

#include "cli/commands/command_table.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

// bash splits words at '=' and completes only the part behind it.
constexpr std::string_view kBash = R"bash(# Completion of polysweep for bash.
_polysweep() {
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

// clang-format off: it would rewrite the scripts.
//
// Sourced, it registers itself; as a file of a folder in $fpath, zsh runs it as the
// function _polysweep when it completes for the first time.
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
if [ "$funcstack[1]" = "_polysweep" ]; then
  _polysweep "$@"
else
  compdef _polysweep polysweep
fi
)zsh";

constexpr std::string_view kFish = R"fish(function __polysweep_candidates
    set -l typed (commandline -opc) (commandline -ct)
    polysweep complete -- $typed[2..-1] 2>/dev/null
end
function __polysweep_has_candidates
    count (__polysweep_candidates) >/dev/null
end
# Files are offered where polysweep has nothing to offer.
complete -c polysweep -n __polysweep_has_candidates -f -a '(__polysweep_candidates)'
)fish";
// clang-format on

void declare_completion(CommandOptions& options) { options.argument("shell"); }

int run_completion(const po::variables_map& given) {
  const std::string shell = required_argument(given, "shell", "bash, zsh or fish");
  for (const auto& [name, script] :
       {std::pair{"bash", kBash}, std::pair{"zsh", kZsh}, std::pair{"fish", kFish}}) {
    if (shell != name) continue;
    fmt::print("{}", script);
    return kExitComplete;
  }
  fail("unknown shell {}; expected bash, zsh or fish", in_quotes(shell));
}

}  // namespace

const Command kCompletionCommand = {
    "completion",
    "Prints the script that lets a shell complete options, sweeps, trials, factors and levels",
    "bash|zsh|fish",
    "  source <(polysweep completion bash)      # in ~/.bashrc\n"
    "  source <(polysweep completion zsh)       # in ~/.zshrc, after compinit\n"
    "  polysweep completion fish | source       # in ~/.config/fish/config.fish",
    declare_completion,
    run_completion,
};

}  // namespace polysweep
