#pragma once
// A function of bf16 patterns on tensors: computed element by element, or looked up in a table of all patterns.
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

/// One program's function: a kernel and the number that it was compiled with.
struct UnaryFunction {
  using Kernel = Bits (*)(Bits value, Word parameter);
  Kernel kernel;
  Word parameter = 0;  ///< fp32; 0 where the kernel has none

  Bits operator()(Bits value) const { return kernel(value, parameter); }
};

/// Tables of functions that were applied to many elements. One user at a time.
class UnaryTables {
 public:
  /// out[i] = function(in[i]); both of one length, and `out` may be the input.
  void apply(const UnaryFunction& function, std::span<const Bits> in, std::span<Bits> out,
             HostOptions host);

 private:
  const std::vector<Bits>& table_of(const UnaryFunction& function, int threads);

  std::map<std::pair<UnaryFunction::Kernel, Word>, std::vector<Bits>> tables_;
};

}  // namespace wattention::wormhole
