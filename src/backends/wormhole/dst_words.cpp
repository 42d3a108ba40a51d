// Tensors of kernels that compute in words: as the matrix unit reads them, and as Dst leaves for them.
#include <algorithm>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/unpacker.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {

std::vector<Word> WormholeBackend::words_read(const Tensor& tensor) {
  const auto count = static_cast<std::size_t>(TiledShape(tensor.shape()).elements());
  std::vector<Word> words(count);
  if (tensor.dtype() == DType::f32)
    std::transform(words_of(tensor), words_of(tensor) + count, words.begin(),
                   [](Word value) { return unpack_fp32(value, UnpackedAs::tf32); });
  else
    std::transform(bits_of(tensor), bits_of(tensor) + count, words.begin(), widen);
  return words;
}

void WormholeBackend::pack_dst(const Tensor& out, std::span<const Word> dst, bool fp32_dst) const {
  if (out.dtype() == DType::f32) {
    std::ranges::copy(dst, words_of(out));
    return;
  }
  const bool rounds = rounds_into(out, fp32_dst);
  std::ranges::transform(dst, bits_of(out), [rounds](Word value) {
    return rounds ? round_to_bf16(value) : pack_bf16(upper_half(value));
  });
  pack_result(out);
}

RowsRead WormholeBackend::rows_read(const Tensor& tensor) {
  if (tensor.dtype() == DType::f32) return {nullptr, words_of(tensor)};
  return {bits_of(tensor), nullptr};
}

RowsLeft WormholeBackend::rows_left(const Tensor& tensor) {
  if (tensor.dtype() == DType::f32) return {nullptr, words_of(tensor)};
  return {bits_of(tensor), nullptr};
}

bool WormholeBackend::rounds_into(const Tensor& out, bool fp32_dst) {
  return fp32_dst && out.dtype() == DType::bf16;
}

}  // namespace wattention::wormhole
