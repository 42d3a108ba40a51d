#include "meters/rapl_domains.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>

#include "meters/file_value.h"

namespace wattention {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> sorted_children(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> children;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename().string().starts_with(prefix)) children.push_back(entry->path());
  std::sort(children.begin(), children.end());
  return children;
}

std::optional<RaplGroup> group_of(const std::string& name) {
  if (name.starts_with("package")) return RaplGroup::package;
  if (name == "dram") return RaplGroup::memory;
  if (name == "psys") return RaplGroup::platform;
  return std::nullopt;
}

using Domains = std::map<std::string, RaplDomain>;  // by name: twins fall together

void add_domain(const fs::path& folder, const std::string& parent, Domains& found) {
  const std::string name = read_word(folder / "name").value.value_or("");
  const auto group = group_of(name);
  if (!group) return;
  const std::string full = parent.empty() ? name : parent + "/" + name;
  found.try_emplace(full,
                    RaplDomain{full, *group, folder / "energy_uj",
                               read_number(folder / "max_energy_range_uj").value.value_or(0)});
}

}  // namespace

std::vector<RaplDomain> find_rapl_domains(const fs::path& root, RaplGroup group) {
  Domains found;
  for (const fs::path& folder : sorted_children(root, "intel-rapl")) {
    const std::string own = folder.filename().string();
    // "intel-rapl:0" is a zone; "intel-rapl:0:1" is listed beside it on some kernels and is a part.
    if (std::count(own.begin(), own.end(), ':') != 1) continue;
    add_domain(folder, {}, found);
    for (const fs::path& part : sorted_children(folder, own + ":"))
      add_domain(part, read_word(folder / "name").value.value_or(""), found);
  }
  std::vector<RaplDomain> domains;
  for (const auto& [name, domain] : found)
    if (domain.group == group) domains.push_back(domain);
  return domains;
}

}  // namespace wattention
