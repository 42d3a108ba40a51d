// wattention: the command line program.
#include <fmt/format.h>
#include <wattention/error.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <new>
#include <sstream>

#include "base/launcher.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

constexpr auto description =
    "Self-attention on the chip you have: run it, check it, time it, meter it.\n"
    "Exit codes: 0 good, 1 a check failed, 2 bad input or something absent.";

// A reader that goes away and a file-size limit then come back as errors of write(), not as a kill.
void ignore_write_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void add_commands(Command& program, int& exit_code) {
#define WATTENTION_COMMAND(name) add_##name(program, exit_code);
#include "cli/commands.inc"
#undef WATTENTION_COMMAND
}

// One line, whatever a file's name or a foreign word holds: a newline or an escape sequence is shown, not sent.
std::string one_line(std::string_view sentence) {
  std::string line;
  for (const char c : sentence) {
    const auto byte = static_cast<unsigned char>(c);
    const bool upper_control = line.ends_with('\xc2') && byte >= 0x80 && byte < 0xa0;  // UTF-8's
    if (upper_control) line.replace(line.size() - 1, 1, "\\xc2");
    if (byte >= 0x20 && byte != 0x7f && !upper_control)
      line += c;
    else
      line += c == '\n' ? "\\n" : fmt::format("\\x{:02x}", byte);
  }
  return line;
}

// The first rank speaks for all that meet the same reason: its end is theirs, too, about two seconds later.
void let_first_rank_speak() {
  constexpr unsigned seconds = 5;
  if (launch().rank > 0) sleep(seconds);
}

// What was printed before is shown, too, where that still can be.
int refuse(std::string_view sentence) {
  let_first_rank_speak();
  try {
    flush_out();
  } catch (const Error&) {
  }
  say(one_line(sentence) + "\n");
  return exit_refused;
}

// "run" of `wattention run --oops`, for the sentence's bracket and the hint.
std::string command_words(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? "wattention" : "wattention " + chosen.front()->get_name();
}

int refuse_usage(const CLI::App& program, const CLI::ParseError& error) {
  const std::string words = command_words(program);
  return refuse(fmt::format("[{0}] expected options as `{0} --help` lists them; found: {1}", words,
                            error.what()));
}

int run(CLI::App& program, int argc, char** argv, int& exit_code) {
  try {
    expect_no_empty_arguments({argv + 1, argv + argc});
    program.parse(argc, argv);
    return exit_code;
  } catch (const CLI::Success& success) {
    std::ostringstream text;  // --help, --version
    program.exit(success, text, text);
    write_out(text.str());
    return exit_good;
  } catch (const CLI::ParseError& error) {
    return refuse_usage(program, error);
  } catch (const Error& error) {
    return refuse(error.what());
  } catch (const std::bad_alloc&) {
    return refuse("[memory] expected enough host memory; found less");
  } catch (const std::filesystem::filesystem_error& error) {
    return refuse(fmt::format("[file] expected '{}' to be usable; found: {}",
                              error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    return refuse(fmt::format("[wattention] expected no failure; found: {}", error.what()));
  }
}

// A result that did not reach its reader is no result, except when the reader left on purpose.
int finish_output(int exit_code) {
  try {
    flush_out();
    return exit_code;
  } catch (const Error& error) {
    return refuse(error.what());
  }
}

}  // namespace
}  // namespace wattention::cli

int main(int argc, char** argv) {
  using namespace wattention::cli;
  keep_standard_descriptors();
  ignore_write_signals();
  CLI::App program(description, "wattention");
  program.set_version_flag("--version", "wattention " WATTENTION_VERSION);
  program.require_subcommand(0, 1);
  int exit_code = exit_good;
  Command commands(program);
  add_commands(commands, exit_code);
  program.parse_complete_callback([&program] { expect_plain_arguments(program); });
  if (argc < 2) {
    say(program.help());
    return exit_refused;
  }
  return finish_output(run(program, argc, argv, exit_code));
}
