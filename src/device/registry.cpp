#include "device/registry.h"

#include <algorithm>
#include <array>

#include "backends/absent/absent.h"
#include "backends/cpu/cpu.h"
#ifdef WATTENTION_HAS_CUDA
#include "backends/cuda/cuda.h"
#endif
#include "backends/reference/reference.h"
#include "backends/wormhole/wormhole.h"
#include "base/fail.h"
#include "device/backend.h"

namespace wattention {
namespace {

struct Entry {
  std::string_view name;
  DeviceInfo (*describe)();
  std::shared_ptr<Backend> (*open)(const DeviceOptions&);
};

constexpr std::array<Entry, 5> entries{{
    {"cpu", describe_cpu, open_cpu},
    {"wormhole", describe_wormhole, open_wormhole},
    {"reference", describe_reference, open_reference},
#ifdef WATTENTION_HAS_CUDA
    {"cuda", describe_cuda, open_cuda},
#else
    {"cuda", describe_absent_cuda, open_absent_cuda},
#endif
    {"ttnn", describe_absent_ttnn, open_absent_ttnn},
}};

std::string known_names() {
  std::string names;
  for (const Entry& entry : entries) names += (names.empty() ? "" : ", ") + std::string(entry.name);
  return names;
}

// An option that would change nothing is refused: who gives it expects a change.
void expect_taken(const DeviceOptions& options, const Backend& device) {
  const Capabilities& has = device.capabilities();
  const auto refuse_on = [&](std::string_view option, std::string_view found) {
    fail(ErrorKind::unsupported, "[open_device] expected no {} on {}, which takes none; found {}",
         option, device.name(), found);
  };
  if (options.mode == Mode::shape && !has.shape_mode) refuse_on("mode", to_string(options.mode));
  if (options.program_cache && !has.programs)
    refuse_on("program cache", *options.program_cache ? "true" : "false");
  if (!options.release_profile.empty() && has.releases.empty())
    refuse_on("release profile", options.release_profile);
  if (options.strict && has.releases.empty()) refuse_on("strict", "true");
}

}  // namespace

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> infos;
  infos.reserve(entries.size());
  for (const Entry& entry : entries) infos.push_back(entry.describe());
  return infos;
}

Device open_device(std::string_view name, const DeviceOptions& options) {
  const auto entry = std::ranges::find(entries, name, &Entry::name);
  if (entry == entries.end())
    fail(ErrorKind::absent, "[open_device] expected one of {}; found '{}'", known_names(), name);
  expect(options.threads >= 0, "[open_device] expected threads of at least 0; found {}",
         options.threads);
  std::shared_ptr<Backend> backend = entry->open(options);
  expect_taken(options, *backend);
  return Device(std::move(backend));
}

std::vector<ReleaseInfo> list_releases() {
  return list_wormhole_releases();
}

ReleaseInfo release_info(std::string_view name) {
  return find_wormhole_release(name);
}

const std::shared_ptr<Backend>& host_backend() {
  static const std::shared_ptr<Backend> backend = open_cpu({});
  return backend;
}

std::shared_ptr<Backend> open_host(int threads) {
  return open_cpu({.threads = threads});
}

}  // namespace wattention
