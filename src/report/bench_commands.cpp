#include "report/bench_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "report/words.h"

namespace wattention::report {
namespace {

constexpr std::array<std::string_view, 19> options{
    "device",   "variant", "dtype",  "tokens", "embed-dim", "head-dim", "heads",
    "kv-heads", "causal",  "batch",  "past",   "core-grid", "fidelity", "fold-projections",
    "host",     "threads", "kernel", "count",  ""};

// Values of each option; the last list holds the flags, which never merge. Empty: not said.
using Command = std::array<std::vector<std::string>, options.size()>;
using Words = std::vector<std::string>;

Words unless(std::int64_t value, std::int64_t standard) {
  return value == standard ? Words{} : Words{fmt::format("{}", value)};
}

Words if_any(const std::string& word) {
  return word.empty() ? Words{} : Words{word};
}

Words flags_of(const BenchRecord& record) {
  Words flags;
  if (!record.steps.empty() && record.repeats.empty()) flags.emplace_back("--model-only");
  if (record.error) flags.emplace_back("--error");
  return flags;
}

Command command_of(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  const BenchCase standard;
  return {Words{axes.device},
          Words{std::string(to_string(axes.variant))},
          Words{std::string(to_string(axes.dtype))},
          unless(axes.tokens, standard.tokens),
          unless(axes.embed_dim, standard.embed_dim),
          axes.heads.heads ? Words{} : unless(axes.head_dim, standard.head_dim),
          unless(axes.heads.heads, 0),
          unless(axes.heads.kv_heads, 0),
          axes.heads.is_causal ? Words{"on"} : Words{},
          unless(axes.heads.batch, 1),
          unless(axes.heads.past, 0),
          if_any(grid_word(axes)),
          axes.fidelity ? Words{std::string(to_string(*axes.fidelity))} : Words{},
          axes.fold_projections ? Words{"on"} : Words{},
          if_any(axes.host == "this machine" ? "this" : axes.host),
          unless(axes.threads, 0),
          if_any(axes.kernel),
          Words{fmt::format("{}", axes.count)},
          flags_of(record)};
}

// True when `into` took over what `from` asks for: all options but one are equal, and both name that one.
bool merged(Command& into, const Command& from) {
  std::size_t different = options.size();
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (into[i] == from[i]) continue;
    if (different != options.size() || into[i].empty() || from[i].empty()) return false;
    different = i;
  }
  if (different == options.size()) return true;
  if (different + 1 == options.size()) return false;
  for (const std::string& word : from[different])
    if (std::ranges::find(into[different], word) == into[different].end())
      into[different].push_back(word);
  return true;
}

bool merge_once(std::vector<Command>& commands) {
  for (std::size_t i = 0; i < commands.size(); ++i)
    for (std::size_t j = i + 1; j < commands.size(); ++j)
      if (merged(commands[i], commands[j])) {
        commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(j));
        return true;
      }
  return false;
}

// As a shell reads it: a kernel's or device's name may come from anybody's file.
std::string quoted(const std::string& words) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,.+-";
  if (words.find_first_not_of(plain) == std::string::npos) return words;
  std::string text = "'";
  for (const char c : words) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string line_of(const Command& command) {
  std::string line = "wattention bench";
  for (std::size_t i = 0; i + 1 < options.size(); ++i)
    if (!command[i].empty())
      line += fmt::format(" --{} {}", options[i],
                          quoted(fmt::format("{}", fmt::join(command[i], ","))));
  for (const std::string& flag : command.back()) line += " " + flag;
  return line;
}

}  // namespace

std::vector<std::string> bench_commands(const std::vector<const BenchRecord*>& records) {
  std::vector<Command> commands;
  commands.reserve(records.size());
  for (const BenchRecord* record : records) commands.push_back(command_of(*record));
  while (merge_once(commands)) {
  }
  std::vector<std::string> lines;
  lines.reserve(commands.size());
  for (const Command& command : commands) lines.push_back(line_of(command));
  return lines;
}

}  // namespace wattention::report
