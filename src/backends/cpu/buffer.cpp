#include "backends/cpu/buffer.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <new>

#include "backends/cpu/pack.h"
#include "base/fail.h"
#include "base/memory_room.h"

namespace wattention::cpu {
namespace {
constexpr std::int64_t huge_page = 2 << 20;
}  // namespace

Buffer::Buffer(std::int64_t bytes) {
  expect_room("cpu", static_cast<double>(bytes), "working memory");
  const std::int64_t alignment = bytes >= huge_page ? huge_page : page_bytes;
  size_ = round_up(bytes, alignment);
  void* memory =
      ::operator new(static_cast<std::size_t>(size_), std::align_val_t(alignment), std::nothrow);
  if (!memory)
    fail(ErrorKind::out_of_memory, "[cpu] expected {} bytes of working memory; found too few",
         size_);
#if defined(__linux__)
  // Advice only: where huge pages are off, nothing changes but the speed.
  if (alignment == huge_page) madvise(memory, static_cast<std::size_t>(size_), MADV_HUGEPAGE);
#endif
  bytes_ = {static_cast<std::byte*>(memory), Free{alignment}};
}

void Buffer::Free::operator()(std::byte* bytes) const noexcept {
  ::operator delete(bytes, std::align_val_t(alignment));
}

}  // namespace wattention::cpu
