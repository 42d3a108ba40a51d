#pragma once
// How blocks of K meet: a block is computed in Dst and packed to L1; the next one, or the packer, takes it from there.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/matmul/device/kernels/compute/
// bmm_large_block_zm_fused_bias_activation.cpp.
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/unpacker.h"

namespace wattention::wormhole::kernels {

/// Who adds the last K block onto what is in L1.
enum class LastBlock { reloaded, added_in_l1 };

struct KBlocks : Silicon {
  static constexpr LastBlock last_block = LastBlock::reloaded;
  static constexpr UnpackedAs reload_format = UnpackedAs::bf16;  // of an fp32 partial
};

/// What the unpacker and the copy to Dst make of a partial in L1.
template <class Rules = KBlocks>
constexpr Word reload_partial(Word partial, DstFormat format,
                              UnpackedAs fp32_as = static_cast<UnpackedAs>(Rules::reload_format)) {
  return unpack_fp32<Rules>(partial, format == DstFormat::fp32 ? fp32_as : UnpackedAs::bf16);
}

}  // namespace wattention::wormhole::kernels
