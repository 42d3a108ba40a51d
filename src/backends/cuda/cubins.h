#pragma once
// The compiled kernels, as the driver loads them.
#include <span>
#include <string_view>

namespace wattention::cuda {

struct Cubin {
  std::string_view file;  ///< of kernels/
  const unsigned char* code;
};
std::span<const Cubin> cubins();

}  // namespace wattention::cuda
