#include "cli/arguments.h"

#include <charconv>
#include <string>
#include <string_view>

#include "base/fail.h"

namespace wattention::cli {
namespace {

template <class Integer>
bool fits(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Integer value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec !=
         std::errc::result_out_of_range;
}

void expect_plain(const std::string& command, const CLI::Option& option, const std::string& text) {
  const std::string name = option.get_name(), type = option.get_type_name();
  const bool may_stand_alone = option.get_expected_min() == 0;
  expect(!text.empty() || may_stand_alone, "[{}] expected a value for {}; found an empty one",
         command, name);
  const bool whole_number_fits = (!type.starts_with("INT") || fits<std::int64_t>(text)) &&
                                 (!type.starts_with("UINT") || fits<std::uint64_t>(text));
  expect(whole_number_fits, "[{}] expected a whole number of 64 bits for {}; found {}", command,
         name, text);
}

}  // namespace

void expect_plain_arguments(const CLI::App& program) {
  for (const CLI::App* command : program.get_subcommands())
    for (const CLI::Option* option : command->get_options())
      for (const std::string& text : option->results())
        expect_plain(command->get_name(), *option, text);
}

}  // namespace wattention::cli
