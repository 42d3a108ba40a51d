#pragma once
// Ranks that must agree, and the sentence where they do not.
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace wattention {

/// By rank: what each has of `what`, and where it runs. Throws Error{unsupported}: "[op] expected one WHAT on all
/// ranks; found A on rank 0 (host) and B on rank 1 (other host)".
void expect_alike(std::string_view op, std::string_view what, std::span<const std::string> words,
                  const std::function<std::string(int)>& host);

}  // namespace wattention
