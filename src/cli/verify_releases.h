#pragma once
// verify --release A,B: what changes from release to release.
#include <string>
#include <vector>

#include "bench/verification.h"
#include "cli/options.h"

namespace wattention::cli {

/// Whether the choice has more than one release, with commas between.
bool names_releases(const DeviceChoice& choice);

struct ReleasesCase {
  DeviceChoice device;
  AttentionChoice attention;
  VerifyCase verify_case;
  std::vector<std::string> inputs;
  bool json;
};
/// Prints it. Throws what the devices throw.
void compare_releases(ReleasesCase releases_case);

}  // namespace wattention::cli
