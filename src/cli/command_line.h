#pragma once
// The options of a command, as CLI11 has them. CLI11 is a header library that costs every file which includes it ten
// seconds, so the commands see these two classes, and only three files see CLI11.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
class Option;
}  // namespace CLI

namespace wattention::cli {

/// One option; each function changes it and gives it back.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(option) {}

  /// The value that the variable has now stands in the help.
  Option* capture_default_str();
  /// This word stands in the help.
  Option* default_str(const std::string& word);
  Option* required();
  Option* group(const std::string& heading);
  /// A list may be one word, its values separated by this.
  Option* delimiter(char separator);
  /// How many words at least and at most; -1: any number.
  Option* expected(int least, int most);
  /// Its word must be one of these.
  Option* one_of(std::initializer_list<const char*> words);
  /// Not together with the options of these names, which must be there already.
  template <class... Names>
  Option* excludes(const Names&... names) {
    (exclude(names), ...);
    return this;
  }

 private:
  void exclude(const std::string& name);

  CLI::Option& option_;
};

/// The program or one of its subcommands. Pointers that it gives out live as long as it does.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(app) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Command* add_subcommand(const std::string& name, const std::string& help);
  /// The word after it, or at its place, goes to `value`, which must outlive the parsing. Text, numbers, optional
  /// numbers, and lists; command_line.cpp names the types.
  template <class Value>
  Option* add_option(const std::string& names, Value& value, const std::string& help);
  /// Hands the word to `parse`, which keeps what it means; what it throws ends the parsing.
  Option* add_option(const std::string& names, const std::function<void(const std::string&)>& parse,
                     const std::string& help);
  Option* add_flag(const std::string& names, bool& value, const std::string& help);
  /// Calls `given` with how often the flag was there, where it was.
  Option* add_flag(const std::string& names, std::function<void(std::int64_t)> given,
                   const std::string& help);
  /// How many words of the command line this option got.
  std::size_t count(const std::string& option) const;
  /// The last lines of the help.
  void footer(const std::string& text);
  /// What the command does, once all options have their values.
  void callback(std::function<void()> run);

 private:
  Option* keep(CLI::Option* option);

  CLI::App& app_;
  std::deque<Command> commands_;
  std::deque<Option> options_;
};

}  // namespace wattention::cli
