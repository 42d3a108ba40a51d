#include "cli/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace wattention::cli {

Option* Option::capture_default_str() {
  option_.capture_default_str();
  return this;
}

Option* Option::default_str(const std::string& word) {
  option_.default_str(word);
  return this;
}

Option* Option::required() {
  option_.required();
  return this;
}

Option* Option::group(const std::string& heading) {
  option_.group(heading);
  return this;
}

Option* Option::delimiter(char separator) {
  option_.delimiter(separator);
  return this;
}

Option* Option::expected(int least, int most) {
  option_.expected(least, most);
  return this;
}

Option* Option::one_of(std::initializer_list<const char*> words) {
  option_.check(CLI::IsMember(std::vector<std::string>(words.begin(), words.end())));
  return this;
}

void Option::exclude(const std::string& name) {
  option_.excludes(name);
}

Command* Command::add_subcommand(const std::string& name, const std::string& help) {
  return &commands_.emplace_back(*app_.add_subcommand(name, help));
}

// A type that is not here is an undefined symbol in the command that asks for it.
template <class Value>
Option* Command::add_option(const std::string& names, Value& value, const std::string& help) {
  return keep(app_.add_option(names, value, help));
}

template Option* Command::add_option(const std::string&, std::string&, const std::string&);
template Option* Command::add_option(const std::string&, int&, const std::string&);
template Option* Command::add_option(const std::string&, unsigned&, const std::string&);
template Option* Command::add_option(const std::string&, std::int64_t&, const std::string&);
template Option* Command::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option* Command::add_option(const std::string&, double&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<int>&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<double>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<int>&, const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::int64_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::string>&,
                                     const std::string&);

Option* Command::add_option(const std::string& names,
                            const std::function<void(const std::string&)>& parse,
                            const std::string& help) {
  return keep(app_.add_option_function<std::string>(names, parse, help));
}

Option* Command::add_flag(const std::string& names, bool& value, const std::string& help) {
  return keep(app_.add_flag(names, value, help));
}

Option* Command::add_flag(const std::string& names, std::function<void(std::int64_t)> given,
                          const std::string& help) {
  return keep(app_.add_flag_function(names, std::move(given), help));
}

std::size_t Command::count(const std::string& option) const {
  return app_.count(option);
}

void Command::footer(const std::string& text) {
  app_.footer(text);
}

void Command::callback(std::function<void()> run) {
  app_.callback(std::move(run));
}

Option* Command::keep(CLI::Option* option) {
  return &options_.emplace_back(*option);
}

}  // namespace wattention::cli
