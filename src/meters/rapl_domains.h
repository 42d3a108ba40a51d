#pragma once
// The energy counters under powercap, each physical domain once.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace wattention {

enum class RaplGroup { package, memory, platform };

/// One counter, in micro-joules.
struct RaplDomain {
  std::string name;  ///< "package-0", "package-0/dram", "psys"
  RaplGroup group;
  std::filesystem::path counter;
  std::uint64_t range_uj;  ///< 0: the kernel gives none
};

/// The domains of a group under powercap's root, sorted by name.
///
/// Packages appear twice where the MSR and the MMIO driver both offer them, under one name: the first
/// folder wins. `core` and `uncore` are parts of a package and left out; `dram` is not a part of it on
/// servers and is a group of its own; `psys` contains the packages, so it is never added to them.
std::vector<RaplDomain> find_rapl_domains(const std::filesystem::path& root, RaplGroup group);

}  // namespace wattention
