#include "meters/rapl.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "meters/counter.h"
#include "meters/file_value.h"
#include "meters/window.h"

namespace wattention {
namespace {

constexpr double joules_per_count = 1e-6;
// Intel's manual gives a millisecond; the energy unit is 2^-14 J (61 uJ) on most parts, 15.3 uJ on some.
constexpr MeterResolution rapl_ticks{1e-3, 61e-6, 0};
// From a sleeping laptop package, or one idle memory channel, to a loaded server socket of 500 W with boost.
constexpr PlausiblePower plausible{0.05, 1500};

struct Group {
  std::string_view name;
  MeterScope scope;
};
constexpr std::array groups{Group{"rapl-package", MeterScope::package},
                            Group{"rapl-memory", MeterScope::memory},
                            Group{"rapl-platform", MeterScope::platform}};

/// A domain's counter with what it has counted since start().
class DomainCounter {
 public:
  explicit DomainCounter(RaplDomain domain) : domain_(std::move(domain)) {}

  void start(double now) {
    reason_.clear();
    last_ = {0, now, 0};
    if (const auto count = read()) last_.count = *count;
    before_ = last_;
  }

  /// Adds what was counted since the last point, when that is long enough ago to judge it.
  void advance(double now) {
    if (now - last_.at_s < Meter::least_ticks * rapl_ticks.tick_s) last_ = before_;
    const auto count = reason_.empty() ? read() : std::nullopt;
    if (!count) return;
    const CounterStep step = counter_step(
        {last_.count, *count, domain_.range_uj, joules_per_count, now - last_.at_s}, plausible);
    if (!step.joules) return void(reason_ = fmt::format("{}: {}", domain_.name, step.reason));
    before_ = last_;
    last_ = {*count, now, last_.joules + *step.joules};
  }

  /// The time to wrap at the most plausible power; without a range the counter does not wrap.
  std::optional<double> wrap_s() const {
    if (domain_.range_uj == 0) return std::nullopt;
    return static_cast<double>(domain_.range_uj) * joules_per_count / plausible.most_w;
  }

  double since_s(double now) const { return now - last_.at_s; }
  double joules() const { return last_.joules; }
  const std::string& reason() const { return reason_; }
  const std::string& name() const { return domain_.name; }

 private:
  struct Point {
    std::uint64_t count = 0;
    double at_s = 0;
    double joules = 0;  ///< since start()
  };

  std::optional<std::uint64_t> read() {
    const auto count = read_number(domain_.counter);
    reason_ = count.reason;
    return count.value;
  }

  RaplDomain domain_;
  Point before_;
  Point last_;
  std::string reason_;
};

class Rapl final : public Meter {
 public:
  Rapl(Group group, const std::vector<RaplDomain>& domains, MeterClock clock)
      : group_(group), clock_(std::move(clock)) {
    for (const RaplDomain& domain : domains) counters_.emplace_back(domain);
  }

  std::string_view name() const override { return group_.name; }
  MeterScope scope() const override { return group_.scope; }
  EnergySource source() const override { return EnergySource::measured; }
  MeterResolution resolution() const override { return rapl_ticks; }

  void start() override {
    start_s_ = clock_();
    for (DomainCounter& counter : counters_) counter.start(start_s_);
  }

  void sample() override {
    const double now = clock_();
    // Four points per wrap are enough, and leave the counter time to move between two of them.
    for (DomainCounter& counter : counters_)
      if (counter.wrap_s() && counter.since_s(now) > *counter.wrap_s() / 4) counter.advance(now);
  }

  EnergyReading stop() override {
    const double now = clock_();
    const double window_s = now - start_s_;
    for (const DomainCounter& counter : counters_)
      if (!counter.reason().empty()) return no_reading(*this, window_s, counter.reason());
    if (const auto refusal = refuse_short(*this, window_s)) return *refusal;
    double joules = 0;
    for (DomainCounter& counter : counters_) {
      if (counter.wrap_s() && counter.since_s(now) > *counter.wrap_s())
        return no_reading(*this, window_s, wrapped_unseen(counter, now));
      counter.advance(now);
      if (!counter.reason().empty()) return no_reading(*this, window_s, counter.reason());
      joules += counter.joules();
    }
    return reading_of(*this, window_s, joules, end_error_j(joules, window_s));
  }

 private:
  static std::string wrapped_unseen(const DomainCounter& counter, double now) {
    return fmt::format("{} may have wrapped more than once in {:.0f} s without a sample",
                       counter.name(), counter.since_s(now));
  }

  // Either end of the window may lie a tick beside the counter's change, or a step beside its value.
  double end_error_j(double joules, double window_s) const {
    return 2 * (joules / window_s * rapl_ticks.tick_s +
                rapl_ticks.step_j * static_cast<double>(counters_.size()));
  }

  Group group_;
  MeterClock clock_;
  std::vector<DomainCounter> counters_;
  double start_s_ = 0;
};

}  // namespace

MeterResolution rapl_resolution() {
  return rapl_ticks;
}

RaplChoice open_rapl(RaplGroup group, const MeterOptions& options) {
  const Group& description = groups[static_cast<std::size_t>(group)];
  const auto domains = find_rapl_domains(options.powercap_root, group);
  if (domains.empty())
    return {nullptr, fmt::format("no {} counter under {}", to_string(description.scope),
                                 options.powercap_root)};
  for (const RaplDomain& domain : domains) {
    const auto count = read_number(domain.counter);
    if (!count.value) return {nullptr, count.reason};
  }
  return {std::make_unique<Rapl>(description, domains, options.clock), {}};
}

}  // namespace wattention
