// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/device_operation.hpp: off, every op is built anew; on, a hit
// rewrites run-time arguments only. Compiled kernels are kept per process either way.
#include "backends/wormhole/program_cache.h"

#include <mutex>
#include <unordered_set>

#include "base/fail.h"

namespace wattention::wormhole {

void ProgramCache::enable(bool enabled) {
  enabled_ = enabled;
  if (!enabled) clear();
}

Program ProgramCache::resolve(const std::string& key, Program fresh, Reuse reuse) {
  if (!enabled_) return fresh;
  const auto [cached, inserted] = programs_.try_emplace(key, fresh);
  (inserted ? misses_ : hits_) += 1;
  if (inserted) return fresh;
  if (cached->second.uncached_variant != fresh.uncached_variant)
    fail(ErrorKind::unverified,
         "[{}] expected the variant of the cached program ({}), which this release leaves out of "
         "its "
         "cache key; found {}",
         fresh.work.op, cached->second.uncached_variant, fresh.uncached_variant);
  Program program = reuse == Reuse::blocks ? cached->second : std::move(fresh);
  program.work.cache_hit = true;
  return program;
}

int compile_new_kernels(const std::vector<std::string>& kernels) {
  static std::mutex mutex;
  static std::unordered_set<std::string> compiled;
  const std::lock_guard lock(mutex);
  int fresh = 0;
  for (const std::string& kernel : kernels) fresh += compiled.insert(kernel).second ? 1 : 0;
  return fresh;
}

}  // namespace wattention::wormhole
