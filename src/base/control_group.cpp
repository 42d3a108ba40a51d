#include "base/control_group.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace wattention {
namespace {

bool has_word(const std::string& list, std::string_view word) {
  std::istringstream words(list);
  for (std::string one; std::getline(words, one, ',');)
    if (one == word) return true;
  return false;
}

// A path of /proc/self/cgroup, whose lines read "4:cpu,cpuacct:/path", and "0::/path" for version 2.
struct Membership {
  std::string path;
  bool unified = false;
};

std::optional<Membership> membership(std::string_view controller, const std::string& root) {
  std::istringstream lines(text_of_file(root + "/proc/self/cgroup"));
  std::optional<Membership> unified;
  std::string number, controllers, path;
  while (std::getline(lines, number, ':') && std::getline(lines, controllers, ':') &&
         std::getline(lines, path)) {
    if (has_word(controllers, controller)) return Membership{path, false};
    if (controllers.empty()) unified = Membership{path, true};
  }
  return unified;
}

// Where a hierarchy is mounted, and which of its groups appears there as the root.
struct Mount {
  std::string point, group;
};

// Lines of /proc/self/mountinfo: "36 35 98:0 /group /point options ... - type source super,options".
std::optional<Mount> mount_of(std::string_view controller, bool unified, const std::string& root) {
  std::istringstream lines(text_of_file(root + "/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t dash = line.find(" - ");
    if (dash == line.npos) continue;
    std::string skipped, type, source, options;
    Mount mount;
    std::istringstream(line) >> skipped >> skipped >> skipped >> mount.group >> mount.point;
    std::istringstream(line.substr(dash + 3)) >> type >> source >> options;
    if (unified ? type == "cgroup2" : type == "cgroup" && has_word(options, controller))
      return mount;
  }
  return std::nullopt;
}

// A group as the mount shows it: without the path of the mount's own group; "" for that one and for groups beyond it.
std::string below(const std::string& group, const std::string& path) {
  const std::string prefix = group == "/" ? "" : group;
  const bool inside = path.compare(0, prefix.size(), prefix) == 0 &&
                      (path.size() == prefix.size() || path[prefix.size()] == '/');
  return inside && path.size() > prefix.size() + 1 ? path.substr(prefix.size()) : "";
}

}  // namespace

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<double> leading_number(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

ControlGroup control_group(std::string_view controller, const std::string& root) {
  const auto member = membership(controller, root);
  if (!member) return {};
  const auto mount = mount_of(controller, member->unified, root);
  if (!mount) return {};
  ControlGroup group{{}, member->unified};
  const std::string top = root + mount->point;
  std::string path = below(mount->group, member->path);
  while (true) {
    group.folders.push_back(top + path);
    if (path.empty()) return group;
    path.resize(path.rfind('/'));
  }
}

}  // namespace wattention
