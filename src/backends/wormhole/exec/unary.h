#pragma once
// A function of bf16 patterns on tensors: computed element by element, or looked up in a table of all patterns.
#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

/// One program's function: a kernel and the numbers that it was compiled with.
struct UnaryFunction {
  using Numbers = std::array<Word, 2>;  ///< fp32; 0 where the kernel has none
  using Kernel = Bits (*)(Bits value, const Numbers& numbers);
  Kernel kernel;
  Numbers numbers{};

  Bits operator()(Bits value) const { return kernel(value, numbers); }
};

/// Tables of functions that were applied to many elements. One user at a time.
class UnaryTables {
 public:
  /// out[i] = function(in[i]); both of one length, and `out` may be the input.
  void apply(const UnaryFunction& function, std::span<const Bits> in, std::span<Bits> out,
             HostOptions host);

 private:
  const std::vector<Bits>& table_of(const UnaryFunction& function, int threads);

  std::map<std::pair<UnaryFunction::Kernel, UnaryFunction::Numbers>, std::vector<Bits>> tables_;
};

}  // namespace wattention::wormhole
