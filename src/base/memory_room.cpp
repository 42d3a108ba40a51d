#include "base/memory_room.h"

#include <algorithm>

#include "base/control_group.h"
#include "base/fail.h"

namespace wattention {
namespace {

// Below, asking costs more than it saves: filling so much takes tens of milliseconds, reading the files 0.1 ms.
constexpr double worth_asking = 256 << 20;

// The number behind a word at the start of a line, as in "MemAvailable:   12345 kB".
std::optional<double> number_after(std::string_view text, std::string_view word) {
  for (std::size_t line = 0; line < text.size(); line = text.find('\n', line) + 1) {
    const std::string_view rest = text.substr(line);
    if (rest.substr(0, word.size()) == word) return leading_number(rest.substr(word.size()));
    if (rest.find('\n') == rest.npos) break;
  }
  return std::nullopt;
}

// What a group's limit leaves; pages of files count as free, as the kernel drops them first.
std::optional<double> room_in(const std::string& folder, bool unified) {
  const auto limit =
      leading_number(text_of_file(folder + (unified ? "/memory.max" : "/memory.limit_in_bytes")));
  const auto used = leading_number(
      text_of_file(folder + (unified ? "/memory.current" : "/memory.usage_in_bytes")));
  if (!limit || !used) return std::nullopt;
  const std::string stat = text_of_file(folder + "/memory.stat");
  const std::string prefix = unified ? "" : "total_";
  const double files = number_after(stat, prefix + "active_file ").value_or(0) +
                       number_after(stat, prefix + "inactive_file ").value_or(0);
  return std::max(0.0, *limit - *used + files);
}

}  // namespace

std::optional<double> memory_room(const std::string& root) {
  const std::string machine = text_of_file(root + "/proc/meminfo");
  const double kilobyte = 1024, swap = kilobyte * number_after(machine, "SwapFree:").value_or(0);
  std::optional<double> room;
  if (const auto available = number_after(machine, "MemAvailable:"))
    room = kilobyte * *available + swap;
  const ControlGroup group = control_group("memory", root);
  for (const std::string& folder : group.folders)
    if (const auto left = room_in(folder, group.unified))
      room = std::min(room.value_or(*left + swap), *left + swap);
  return room;
}

void expect_room(std::string_view op, double bytes, std::string_view what) {
  if (bytes < worth_asking) return;
  const auto room = memory_room();
  if (room && bytes > *room)
    fail(ErrorKind::out_of_memory, "[{}] expected room for {}, {:.1f} GB; found {:.1f} GB", op,
         what, 1e-9 * bytes, 1e-9 * *room);
}

}  // namespace wattention
