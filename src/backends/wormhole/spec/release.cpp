#include "backends/wormhole/spec/release.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "backends/wormhole/spec/facts.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

template <class T>
using Words = std::initializer_list<std::pair<std::string_view, T>>;

/// Reads facts by name and remembers which.
class Reader {
 public:
  explicit Reader(std::string_view json) : facts_(json) {}

  bool flag(const char* name) { return facts_.flag(noted(name)); }
  std::int64_t integer(const char* name) { return facts_.integer(noted(name)); }
  const std::string& text(const char* name) { return facts_.text(noted(name)); }

  template <class T>
  T word(const char* name, Words<T> words) {
    const std::string& found = facts_.text(noted(name));
    for (const auto& [word, value] : words)
      if (found == word) return value;
    std::string known;
    for (const auto& [word, value] : words)
      known += (known.empty() ? "" : ", ") + std::string(word);
    fail(ErrorKind::bad_input, "[facts] expected one of {} as '{}'; found '{}'", known, name,
         found);
  }

  Fidelity fidelity(const char* name) {
    return word<Fidelity>(name, {{"lofi", Fidelity::lofi},
                                 {"hifi2", Fidelity::hifi2},
                                 {"hifi3", Fidelity::hifi3},
                                 {"hifi4", Fidelity::hifi4}});
  }

  std::optional<Fidelity> fixed_fidelity(const char* name) {
    if (text(name) == "as_asked") return std::nullopt;
    return fidelity(name);
  }

  /// A fact that nobody reads would decide nothing.
  void expect_all_read() const {
    for (const auto& [name, fact] : facts_.all())
      expect(read_.contains(name), "[facts] expected facts of a release; found '{}'", name);
  }

 private:
  const char* noted(const char* name) {
    read_.insert(name);
    return name;
  }

  Facts facts_;
  std::set<std::string> read_;
};

void read_header(std::string_view json, Release& release) {
  try {
    const nlohmann::json table = nlohmann::json::parse(json);
    release.name = table.at("name");
    release.is_default = table.value("default", false);
    release.ops = table.value("ops", decltype(release.ops){});
    release.composites = table.value("composites", decltype(release.composites){});
  } catch (const nlohmann::json::exception& error) {
    fail(ErrorKind::bad_input, "[facts] expected a release's name; found {}", error.what());
  }
}

void read_memories(Reader& facts, Release& release) {
  const OutOfMemory sentence = facts.word<OutOfMemory>(
      "out_of_memory_sentence",
      {{"wanted", OutOfMemory::wanted}, {"wanted_and_had", OutOfMemory::wanted_and_had}});
  release.l1 = {facts.integer("l1_first_free"), sentence};
  release.dram = {facts.integer("dram_first_free"), sentence};
}

void read_matmul(Reader& facts, Release& release) {
  release.matmul_fidelity_with_grid = facts.fidelity("matmul_fidelity_with_grid");
  release.matmul_fidelity_without_grid = facts.fidelity("matmul_fidelity_without_grid");
  release.matmul_fidelity_multi_core = facts.fixed_fidelity("matmul_fidelity_multi_core");
  release.matmul_packer_l1_accumulate = facts.flag("matmul_packer_l1_accumulate");
  release.matmul_fp32_accumulate = facts.flag("matmul_fp32_accumulate");
  release.matmul_bias_in_program = facts.flag("matmul_bias_in_program");
  release.matmul_wide_ending = facts.flag("matmul_wide_ending");
  release.matmul_quick_gelu = facts.flag("matmul_quick_gelu");
  release.matmul_output_memory =
      facts.word<Memory>("matmul_output_memory", {{"dram", Memory::dram}, {"l1", Memory::l1}});
  release.matmul_narrow_ratio = facts.integer("matmul_narrow_ratio");
  release.matmul_block_tiles_with_grid = facts.integer("matmul_block_tiles_with_grid");
  release.matmul_largest_square = facts.integer("matmul_largest_square");
  release.matmul_squares_in_dram = facts.flag("matmul_squares_in_dram");
  release.matmul_narrow_in_l1 = facts.flag("matmul_narrow_in_l1");
  release.matmul_out_block_first = facts.flag("matmul_out_block_first");
  release.matmul_square_wide = facts.flag("matmul_square_wide");
  release.matmul_shared_b_once = facts.flag("matmul_shared_b_once");
  release.matmul_result_counts = facts.flag("matmul_result_counts");
  release.matmul_reloaded_blocks = facts.integer("matmul_reloaded_blocks");
}

void read_other_ops(Reader& facts, Release& release) {
  release.argmax_takes_tiles = facts.flag("argmax_takes_tiles");
  release.softmax_largest_block = facts.integer("softmax_largest_block");
  release.softmax_numeric_stable = facts.flag("softmax_numeric_stable");
  release.softmax_fidelity = facts.fidelity("softmax_fidelity");
  release.softmax_fp32_accumulate = facts.flag("softmax_fp32_accumulate");
  release.elementwise_fidelity = facts.fidelity("elementwise_fidelity");
  release.reduce_fidelity = facts.fidelity("reduce_fidelity");
  release.scalar_conversion = facts.word<ScalarConversion>(
      "scalar_conversion",
      {{"truncate", ScalarConversion::truncate}, {"nearest_even", ScalarConversion::nearest_even}});
  release.divide_by_number = facts.word<DivideByNumber>(
      "divide_by_number", {{"f32_reciprocal", DivideByNumber::f32_reciprocal},
                           {"vector_unit_reciprocal", DivideByNumber::vector_unit_reciprocal}});
}

std::vector<Release> read_all() {
  std::vector<Release> all;
  for (const std::string_view text : embedded_releases()) all.push_back(read_release(text));
  std::stable_partition(all.begin(), all.end(), [](const Release& one) { return one.is_default; });
  expect(std::ranges::count_if(all, &Release::is_default) == 1,
         "[facts] expected one default release; found {}",
         std::ranges::count_if(all, &Release::is_default));
  return all;
}

std::string known_names() {
  std::string names;
  for (const Release& release : releases()) names += (names.empty() ? "" : ", ") + release.name;
  return names;
}

}  // namespace

Release read_release(std::string_view json) {
  Reader facts(json);
  Release release{};
  read_header(json, release);
  release.program_cache = facts.flag("program_cache");
  release.kernels = facts.text("kernels");
  read_memories(facts, release);
  read_matmul(facts, release);
  read_other_ops(facts, release);
  release.print = {static_cast<int>(facts.integer("print_width")),
                   static_cast<int>(facts.integer("print_decimals")),
                   facts.integer("print_longest_dimension")};
  facts.expect_all_read();
  return release;
}

const std::vector<Release>& releases() {
  static const std::vector<Release> all = read_all();
  return all;
}

const Release& default_release() {
  return releases().front();
}

const Release& release_profile(std::string_view name) {
  if (name.empty()) {
    const char* word = std::getenv("WATTENTION_RELEASE");
    if (word == nullptr || std::string_view(word).empty()) return default_release();
    name = word;
  }
  for (const Release& release : releases())
    if (release.name == name) return release;
  fail(ErrorKind::absent, "[wormhole] expected a release profile among {}; found '{}'",
       known_names(), name);
}

}  // namespace wattention::wormhole
