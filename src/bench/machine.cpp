#include "bench/machine.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <fstream>
#include <iterator>
#include <thread>

namespace wattention {
namespace {

// The value of the first "key : value" line of a /proc file; empty when there is none.
std::string first_value(const char* file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(key)) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

double first_number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%FT%T+00:00", &parts)};
}

std::string compiler_name() {
#if defined(__clang__)
  return fmt::format("clang {}", __clang_version__);
#else
  return fmt::format("gcc {}", __VERSION__);
#endif
}

// This process's words, as it was started.
std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string words{std::istreambuf_iterator<char>(file), {}};
  if (!words.empty() && words.back() == '\0') words.pop_back();
  std::ranges::replace(words, '\0', ' ');
  return words;
}

}  // namespace

std::string cpu_model_of(const char* cpuinfo) {
  return first_value(cpuinfo, "model name");
}

BenchContext context_of(const std::string& command) {
  utsname system{};
  uname(&system);
  BenchContext context;
  context.date = utc_now();
  context.host_name = system.nodename;
  context.command = command.empty() ? own_command() : command;
  context.cpu_model = cpu_model_of("/proc/cpuinfo");
  context.cpu_cores = static_cast<int>(std::thread::hardware_concurrency());
  context.cpu_mhz = first_number(first_value("/proc/cpuinfo", "cpu MHz"));
  context.memory_bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  context.system = fmt::format("{} {}", system.sysname, system.release);
  context.compiler = compiler_name();
  context.compiler_flags = WATTENTION_COMPILER_FLAGS;
  context.build_type = WATTENTION_BUILD_TYPE;
  context.version = WATTENTION_VERSION;
  return context;
}

}  // namespace wattention
