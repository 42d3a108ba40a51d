#pragma once
// A command: `void add_NAME(Command& program, int& exit_code)` in NAME.cpp adds its subcommand with options,
// help and callback. The callback writes to stdout, throws Error for what it refuses (the program then exits
// with 2), and sets exit_code to 1 when a check failed.
#include "cli/command_line.h"

namespace wattention::cli {

enum ExitCode { exit_good = 0, exit_check_failed = 1, exit_refused = 2 };

#define WATTENTION_COMMAND(name) void add_##name(Command& program, int& exit_code);
#include "cli/commands.inc"
#undef WATTENTION_COMMAND

}  // namespace wattention::cli
