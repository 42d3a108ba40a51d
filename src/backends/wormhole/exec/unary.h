#pragma once
// A function of bf16 or fp32 patterns on tensors. Of bf16: computed element by element, or looked up in a table of all
// patterns.
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
  template <class Dst>
  using Kernel = Dst (*)(Dst value, const Numbers& numbers);
  /// One a width of Dst; the second is null where it is not known.
  struct Kernels {
    Kernel<Bits> bf16;
    Kernel<Word> fp32 = nullptr;
  };
  Kernels kernels;
  Numbers numbers{};

  Bits operator()(Bits value) const { return kernels.bf16(value, numbers); }
  Word operator()(Word value) const { return kernels.fp32(value, numbers); }
};

/// out[i] = function(in[i]); both of one length, and `out` may be the input.
void apply(const UnaryFunction& function, std::span<const Word> in, std::span<Word> out,
           HostOptions host);

/// Tables of functions that were applied to many elements, in one tensor or in all so far. One user at a time.
class UnaryTables {
 public:
  /// out[i] = function(in[i]); both of one length, and `out` may be the input.
  void apply(const UnaryFunction& function, std::span<const Bits> in, std::span<Bits> out,
             HostOptions host);

 private:
  struct Use {
    std::size_t elements = 0;  ///< computed one by one so far
    std::vector<Bits> table;   ///< empty until there were many
  };

  Use& use_of(const UnaryFunction& function);

  std::map<std::pair<UnaryFunction::Kernel<Bits>, UnaryFunction::Numbers>, Use> uses_;
};

}  // namespace wattention::wormhole
