#pragma once
// A TT-NN release's defaults: what a call means when the caller leaves it open, and how results print.
#include <wattention/device.h>
#include <wattention/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wattention::wormhole {

/// A number's way to bf16.
enum class ScalarConversion { truncate, nearest_even };

/// What a tensor divided by a number is multiplied by: the number's reciprocal in f32 on the host, or in the vector
/// unit.
enum class DivideByNumber { f32_reciprocal, vector_unit_reciprocal };

/// What stands in the sentence that a tensor does not fit: what it wants, or also what the banks have.
enum class OutOfMemory { wanted, wanted_and_had };

/// What the library leaves of a bank.
struct BankRules {
  std::int64_t first_free;  ///< lowest address that a buffer may take
  OutOfMemory sentence;
};

struct Release {
  std::string name;
  bool is_default;  ///< the one that is meant when nobody names one
  /// Of a release that is known in part: its ops by name, and the word for why one may believe their digits. Empty:
  /// the rules of evidence.cpp, and each family's refusals.
  std::map<std::string, std::string, std::less<>> ops;
  std::vector<std::string>
      composites;       ///< likewise TT-NN's words of several ops whose digits are known
  std::string kernels;  ///< which set of kernels/ computes element by element
  bool program_cache;
  BankRules l1, dram;
  Fidelity matmul_fidelity_with_grid;
  Fidelity matmul_fidelity_without_grid;
  /// Fixed in that program, whatever the caller asks for; empty: as in all others.
  std::optional<Fidelity> matmul_fidelity_multi_core;
  bool matmul_packer_l1_accumulate;
  bool matmul_fp32_accumulate;
  bool
      matmul_bias_in_program;  ///< a bias is added in the product's program without a core grid, too
  bool matmul_wide_ending;     ///< bias and activation behind sums in 32 bits have known digits
  bool matmul_quick_gelu;      ///< `gelu` there is the quick one
  bool argmax_takes_tiles;
  Memory matmul_output_memory;
  std::int64_t matmul_narrow_ratio;
  std::int64_t matmul_block_tiles_with_grid;
  std::int64_t matmul_largest_square;
  bool matmul_squares_in_dram;  ///< one row or column of square blocks decides there, too
  bool matmul_narrow_in_l1;     ///< a narrow product goes over a row of cores there, too
  bool matmul_out_block_first;  ///< where not all fits, the block of K shrinks before the output's
  bool matmul_square_wide;      ///< square blocks in L1 are computed in subblocks of a row
  bool matmul_shared_b_once;    ///< one block of an unbatched b is not buffered twice
  bool matmul_result_counts;    ///< a result in L1 has its place there before the program is chosen
  std::int64_t matmul_reloaded_blocks;  ///< of K; with more, partial sums are added in L1
  std::int64_t softmax_largest_block;
  bool softmax_numeric_stable;
  Fidelity softmax_fidelity;
  bool softmax_fp32_accumulate;  ///< where the caller does not say
  Fidelity elementwise_fidelity;
  Fidelity reduce_fidelity;
  ScalarConversion scalar_conversion;
  DivideByNumber divide_by_number;
  TtnnFormat print;

  bool knows(std::string_view op) const { return ops.empty() || ops.contains(op); }
};

/// A table of facts (facts.h) with the release's "name", "default" where it is the default, and "ops". Throws
/// Error{bad_input} for a fact that is missing, has a value nobody knows, or is read by nobody.
Release read_release(std::string_view json);

/// All that are known here (spec/releases/), the default first.
const std::vector<Release>& releases();
const Release& default_release();

/// For an empty name that of WATTENTION_RELEASE, or the default. Throws Error{absent} for a release whose rules are not
/// known here.
const Release& release_profile(std::string_view name);

}  // namespace wattention::wormhole
