#include "base/processors.h"

#if defined(__linux__)
#include <sched.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <string_view>

#include "base/control_group.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention {
namespace {

// A whole number at the start of a text, and what follows it.
struct Number {
  bool found = false;
  int value = 0;
  std::string_view rest;
};

Number number_in(std::string_view text) {
  Number number;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  number.found = error == std::errc();
  number.rest = text.substr(static_cast<std::size_t>(stop - text.data()));
  return number;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == text.npos ? "" : text.substr(begin);
}

// The threads of the outermost region, from a list like "4,2"; none where it is no such list.
std::optional<int> first_of_list(std::string_view list) {
  const Number number = number_in(without_blanks(list));
  const std::string_view rest = without_blanks(number.rest);
  const bool good = number.found && number.value > 0 && (rest.empty() || rest.front() == ',');
  return good ? std::optional(number.value) : std::nullopt;
}

int named_threads(std::string_view text) {
  const Number number = number_in(text);
  expect(number.found && number.rest.empty() && number.value >= 1 && number.value <= max_threads,
         "[threads] expected WATTENTION_THREADS to be 1 to {}; found \"{}\"", max_threads, text);
  return number.value;
}

// Version 1 splits the quota over two files, version 2 writes "quota period" or "max period".
std::optional<double> quota_in(const std::string& folder, bool unified) {
  const std::string text = text_of_file(folder + (unified ? "/cpu.max" : "/cpu.cfs_quota_us"));
  const auto quota = leading_number(text);
  const std::size_t blank = text.find(' ');
  const auto period =
      unified ? leading_number(blank == text.npos ? "" : std::string_view(text).substr(blank))
              : leading_number(text_of_file(folder + "/cpu.cfs_period_us"));
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;  // -1: no limit
  return *quota / *period;
}

void lower_to(ThreadCount& threads, int limit, std::string reason) {
  if (limit < threads.count) threads = {limit, std::move(reason)};
}

}  // namespace

int processors_of_machine() {
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

int processors_allowed() {
#if defined(__linux__)
  struct Free {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
  };
  for (int most = 1024; most <= 1 << 20; most *= 2) {  // the kernel refuses a set that is too small
    const std::unique_ptr<cpu_set_t, Free> set(CPU_ALLOC(most));
    const std::size_t bytes = CPU_ALLOC_SIZE(most);
    if (set && sched_getaffinity(0, bytes, set.get()) == 0)
      return std::max(1, CPU_COUNT_S(bytes, set.get()));
  }
#endif
  return processors_of_machine();
}

std::optional<double> cpu_quota(const std::string& root) {
  const ControlGroup group = control_group("cpu", root);
  std::optional<double> least;
  for (const std::string& folder : group.folders)
    if (const auto quota = quota_in(folder, group.unified); quota && (!least || *quota < *least))
      least = quota;
  return least;
}

std::string to_string(const ThreadCount& threads) {
  return fmt::format("{} thread{}{}", threads.count, threads.count == 1 ? "" : "s",
                     threads.limit.empty() ? "" : fmt::format(" ({})", threads.limit));
}

std::vector<std::pair<std::string, std::string>> attributes_of(const ThreadCount& threads) {
  std::vector<std::pair<std::string, std::string>> attributes{
      {"threads", std::to_string(threads.count)}};
  if (!threads.limit.empty()) attributes.emplace_back("threads_limited_by", threads.limit);
  return attributes;
}

ThreadCount default_threads(const Surroundings& surroundings) {
  const char* named = surroundings.wattention_threads;
  if (named != nullptr && *named != '\0') return {named_threads(named), "WATTENTION_THREADS"};
  ThreadCount threads{std::min(surroundings.machine, max_threads), ""};
  lower_to(
      threads, surroundings.allowed,
      fmt::format("affinity to {} of {} processors", surroundings.allowed, surroundings.machine));
  if (surroundings.quota)
    lower_to(threads, static_cast<int>(std::ceil(*surroundings.quota)),
             fmt::format("a control group's quota of {:.3g} processors", *surroundings.quota));
  if (const char* list = surroundings.omp_num_threads)
    if (const auto first = first_of_list(list)) lower_to(threads, *first, "OMP_NUM_THREADS");
  return threads;
}

}  // namespace wattention
