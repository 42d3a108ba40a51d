#pragma once
// What CLI11 takes in silence and this program does not.
#include <CLI/App.hpp>

namespace wattention::cli {

/// Looks at the options of the chosen subcommand. Throws Error{bad_input} for an empty value (an unset shell
/// variable would otherwise mean the default, or 0) and for a whole number that does not fit in 64 bits (it would
/// become the nearest one that does).
void expect_plain_arguments(const CLI::App& program);

}  // namespace wattention::cli
