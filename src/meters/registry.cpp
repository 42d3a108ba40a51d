// The one table of meters: by name, in the order of the list.
#include <array>
#include <utility>

#include "base/fail.h"
#include "meters/hwmon.h"
#include "meters/manual.h"
#include "meters/nvml.h"
#include "meters/rapl.h"

namespace wattention {
namespace {

struct Opened {
  std::unique_ptr<Meter> meter;
  std::string reason;
};

template <class Choice>
Opened opened(Choice choice) {
  return {std::move(choice.meter), std::move(choice.reason)};
}

struct Entry {
  std::string_view name;
  MeterScope scope;
  EnergySource source;
  MeterResolution (*resolution)();
  Opened (*open)(const MeterOptions&);
};

template <RaplGroup group>
Opened rapl(const MeterOptions& options) {
  return opened(open_rapl(group, options));
}

constexpr std::array entries{
    Entry{"rapl-package", MeterScope::package, EnergySource::measured, rapl_resolution,
          rapl<RaplGroup::package>},
    Entry{"rapl-memory", MeterScope::memory, EnergySource::measured, rapl_resolution,
          rapl<RaplGroup::memory>},
    Entry{"rapl-platform", MeterScope::platform, EnergySource::measured, rapl_resolution,
          rapl<RaplGroup::platform>},
    Entry{"nvml", MeterScope::board, EnergySource::measured, nvml_resolution,
          [](const MeterOptions& options) { return opened(open_nvml(options)); }},
    Entry{"hwmon", MeterScope::chip, EnergySource::vendor_reported, hwmon_resolution,
          [](const MeterOptions& options) { return opened(open_hwmon(options)); }},
    Entry{"manual", MeterScope::wall, EnergySource::manual, manual_resolution,
          [](const MeterOptions& options) { return opened(open_manual(options)); }},
};

const Entry& entry_of(std::string_view name) {
  for (const Entry& entry : entries)
    if (entry.name == name) return entry;
  fail(ErrorKind::absent,
       "[meter] expected rapl-package, rapl-memory, rapl-platform, nvml, hwmon or manual; found "
       "'{}'",
       name);
}

MeterInfo info_of(const Entry& entry, const MeterOptions& options) {
  const Opened result = entry.open(options);
  return {
      std::string(entry.name), result.meter != nullptr, result.reason, entry.scope, entry.source,
      entry.resolution()};
}

}  // namespace

std::vector<MeterInfo> list_meters(const MeterOptions& options) {
  std::vector<MeterInfo> list;
  list.reserve(entries.size());
  for (const Entry& entry : entries) list.push_back(info_of(entry, options));
  return list;
}

MeterInfo describe_meter(std::string_view name, const MeterOptions& options) {
  return info_of(entry_of(name), options);
}

std::unique_ptr<Meter> open_meter(std::string_view name, const MeterOptions& options) {
  Opened result = entry_of(name).open(options);
  if (!result.meter)
    fail(ErrorKind::absent, "[meter] expected {} to answer; found that {}", name, result.reason);
  return std::move(result.meter);
}

}  // namespace wattention
