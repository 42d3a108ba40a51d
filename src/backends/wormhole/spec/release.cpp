#include "backends/wormhole/spec/release.h"

#include <utility>

#include "backends/wormhole/spec/facts.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

Fidelity read_fidelity(const Facts& facts, const std::string& name) {
  static constexpr std::pair<std::string_view, Fidelity> words[] = {{"lofi", Fidelity::lofi},
                                                                    {"hifi2", Fidelity::hifi2},
                                                                    {"hifi3", Fidelity::hifi3},
                                                                    {"hifi4", Fidelity::hifi4}};
  for (const auto& [word, fidelity] : words)
    if (facts.text(name) == word) return fidelity;
  fail(ErrorKind::bad_input, "[facts] expected a fidelity as '{}'; found '{}'", name,
       facts.text(name));
}

Release read_release(const std::string& name, const Facts& facts) {
  expect(facts.text("scalar_conversion") == "truncate",
         "[facts] expected scalar_conversion 'truncate', the one rule built; found '{}'",
         facts.text("scalar_conversion"));
  Release release;
  release.name = name;
  release.program_cache = facts.flag("program_cache");
  release.matmul_fidelity_with_grid = read_fidelity(facts, "matmul_fidelity_with_grid");
  release.matmul_fidelity_without_grid = read_fidelity(facts, "matmul_fidelity_without_grid");
  release.matmul_fidelity_multi_core = read_fidelity(facts, "matmul_fidelity_multi_core");
  release.matmul_packer_l1_accumulate = facts.flag("matmul_packer_l1_accumulate");
  release.matmul_fp32_accumulate = facts.flag("matmul_fp32_accumulate");
  release.matmul_narrow_ratio = facts.integer("matmul_narrow_ratio");
  release.matmul_block_tiles_with_grid = facts.integer("matmul_block_tiles_with_grid");
  release.matmul_largest_square = facts.integer("matmul_largest_square");
  release.softmax_largest_block = facts.integer("softmax_largest_block");
  release.softmax_numeric_stable = facts.flag("softmax_numeric_stable");
  release.softmax_fidelity = read_fidelity(facts, "softmax_fidelity");
  release.elementwise_fidelity = read_fidelity(facts, "elementwise_fidelity");
  return release;
}

}  // namespace

const Release& release_profile(std::string_view name) {
  static const Release release = read_release("0.57", Facts(embedded_release_0_57()));
  if (name.empty() || name == release.name) return release;
  fail(ErrorKind::absent, "[wormhole] expected release profile '0.57'; found '{}'", name);
}

}  // namespace wattention::wormhole
