#pragma once
// What CLI11 takes in silence and this program does not.
#include <span>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace wattention::cli {

/// The words of the command line. Throws Error{bad_input} for an empty one: an unset shell variable would otherwise
/// mean the default, or 0.
void expect_no_empty_arguments(std::span<char* const> words);

/// Looks at the options of the chosen subcommand, once parsed. Throws Error{bad_input} for an empty value in a list,
/// and for a whole number that is not in plain digits or does not fit in 64 bits: it would become another one.
void expect_plain_arguments(const CLI::App& program);

}  // namespace wattention::cli
