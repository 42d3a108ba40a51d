#pragma once
// Programs by the release's key: op, attributes and tensor specs, as far as that release hashes them.
#include <memory>
#include <string>
#include <unordered_map>

#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

/// What a hit takes from the cached program.
enum class Reuse {
  blocks,  ///< everything: the blocks chosen then, whatever L1 holds now
  kernels  ///< only the kernels; sizes are run-time arguments, which are set anew
};

class ProgramCache {
 public:
  /// Off, it forgets what it kept.
  void enable(bool enabled);

  /// `fresh` as it is, or what a hit makes of it. Throws Error{unverified} when the release would run
  /// kernels that were compiled for something else.
  Program resolve(const std::string& key, Program fresh, Reuse reuse);

  std::int64_t hits() const { return hits_; }
  std::int64_t misses() const { return misses_; }
  std::size_t size() const { return programs_.size(); }
  void clear() { programs_.clear(); }

 private:
  bool enabled_ = false;
  std::int64_t hits_ = 0;
  std::int64_t misses_ = 0;
  std::unordered_map<std::string, Program> programs_;
};

/// Kernels among these that this process has not compiled yet; they count as compiled from now on.
int compile_new_kernels(const std::vector<std::string>& kernels);

}  // namespace wattention::wormhole
