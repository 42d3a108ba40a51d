#include "backends/wormhole/exec/blocks.h"

#include <algorithm>

#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/numerics/unpacker.h"
#include "base/threads.h"

namespace wattention::wormhole {

void pack_blocks(std::span<Bits> image, BlockFormat format, HostOptions host) {
  const auto count = static_cast<std::int64_t>(image.size());
  const int threads =
      useful_threads(static_cast<double>(count), least_elements, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, block_length);
    for (std::int64_t i = share.begin; i < share.end; i += block_length)
      pack_block(image.subspan(static_cast<std::size_t>(i)).first<block_length>(), format);
  });
}

std::vector<Bits> cut_to_bf16(std::span<const Word> image) {
  std::vector<Bits> cut(image.size());
  std::ranges::transform(image, cut.begin(),
                         [](Word word) { return upper_half(unpack_fp32(word, UnpackedAs::bf16)); });
  return cut;
}

std::vector<Word> widened(std::span<const Bits> image) {
  std::vector<Word> wide(image.size());
  std::ranges::transform(image, wide.begin(), widen);
  return wide;
}

}  // namespace wattention::wormhole
