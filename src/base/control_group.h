#pragma once
// Linux's control groups: which folders of /sys/fs/cgroup hold this process's limits, in a container or outside.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

/// The folders of one controller's hierarchy, from the process's own group up to the mount's root; empty where there is
/// none. A limit of any of them holds.
struct ControlGroup {
  std::vector<std::string> folders;
  bool unified = false;  ///< version 2, whose files have other names
};

/// `controller` is "cpu" or "memory". `root` stands before every path: tests play /proc and /sys there.
ControlGroup control_group(std::string_view controller, const std::string& root);

/// A small file of /proc or /sys as it stands; empty where it cannot be read.
std::string text_of_file(const std::string& path);
/// The number at the start of a text, after blanks; none where there is another word, like "max".
std::optional<double> leading_number(std::string_view text);

}  // namespace wattention
