#include "cli/arguments.h"

#include <CLI/App.hpp>
#include <charconv>
#include <string>
#include <string_view>

#include "base/fail.h"

namespace wattention::cli {
namespace {

template <class Integer>
bool is_plain(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

void expect_plain(const std::string& command, const CLI::Option& option, const std::string& text) {
  const std::string name = option.get_name(), type = option.get_type_name();
  if (text.empty() && option.get_expected_min() == 0) return;  // an option that may stand alone
  expect(!text.empty(), "[{}] expected a value for {}; found an empty one", command, name);
  expect(!type.starts_with("INT") || is_plain<std::int64_t>(text),
         "[{}] expected a whole number of 64 bits for {}; found {}", command, name, text);
  expect(!type.starts_with("UINT") || is_plain<std::uint64_t>(text),
         "[{}] expected a whole number from 0, of 64 bits, for {}; found {}", command, name, text);
}

}  // namespace

void expect_no_empty_arguments(std::span<char* const> words) {
  std::string_view before = "the command";
  for (const std::string_view word : words) {
    const bool assigns_nothing = word.starts_with("--") && word.ends_with('=');
    expect(!word.empty() && !assigns_nothing,
           "[wattention] expected a value {} {}; found an empty one",
           assigns_nothing ? "for" : "after", assigns_nothing ? word : before);
    before = word;
  }
}

void expect_plain_arguments(const CLI::App& program) {
  for (const CLI::App* command : program.get_subcommands())
    for (const CLI::Option* option : command->get_options())
      for (const std::string& text : option->results())
        expect_plain(command->get_name(), *option, text);
}

}  // namespace wattention::cli
