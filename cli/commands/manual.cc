#include <fmt/format.h>

#include "cli/commands/command_table.h"
#include "framework/core/provenance.h"

namespace polysweep {
namespace {

void declare_manual(CommandOptions&) {}

// Text escaped for roff.
std::string plain(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

void print_command(const Command& command) {
  fmt::print(".SS polysweep {} {}\n{}.\n", plain(command.name), plain(command.arguments),
             plain(command.summary));
  const CommandOptions options(command);
  for (const auto& option : options.shown.options()) {
    if (option->long_name() == "help") continue;
    fmt::print(".TP\n\\fB\\-\\-{}\\fR {}\n{}\n", plain(option->long_name()),
               plain(option->semantic()->max_tokens() > 0 ? option->format_parameter() : ""),
               plain(option->description()));
  }
  fmt::print(".PP\n.nf\n{}\n.fi\n", plain(command.example));
}

int run_manual(const po::variables_map&) {
  fmt::print(
      ".TH POLYSWEEP 1 \"\" \"polysweep {0}\" \"User commands\"\n"
      ".SH NAME\npolysweep \\- plans, runs and reports reproducible sweeps of training jobs\n"
      ".SH SYNOPSIS\n.B polysweep\n.I COMMAND\n[arguments] [\\-\\-options]\n"
      ".SH COMMANDS\n",
      plain(version()));
  for (const Command& command : commands()) {
    if (command.listed) print_command(command);
  }
  fmt::print(
      ".SH EXIT STATUS\n"
      ".TP\n.B 0\nSuccess; nothing is missing.\n"
      ".TP\n.B 1\nSuccess, but trials are missing or failed, or something differs.\n"
      ".TP\n.B 2\nFailure; the message gives the reason.\n"
      ".TP\n.B 3\nStopped by a signal or by polysweep stop; the same command resumes.\n"
      ".SH ENVIRONMENT\n"
      ".TP\n.B POLYSWEEP_DATA\nFolder of the data files, if \\-\\-data is not given.\n"
      ".TP\n.B NO_COLOR\nNo colour on a terminal.\n"
      ".TP\n.B XDG_CACHE_HOME\nThe cache of the experiments that workers offer is in its folder "
      "polysweep.\n");
  return kExitComplete;
}

}  // namespace

const Command kManualCommand = {
    "manual",
    "Prints the manual page",
    "",
    "  polysweep manual | man -l -\n"
    "  polysweep manual > ~/.local/share/man/man1/polysweep.1",
    declare_manual,
    run_manual,
};

}  // namespace polysweep
