#include "tensor/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "base/threads.h"

namespace wattention {
namespace {

using Dim = StridedBox::Dim;

// Elements that are only moved: a core takes about 15 us for them, several times a fork and join.
constexpr double least_moved_elements = 65536;
// 32 lines of 64 bytes from either side lie in the first-level cache together.
constexpr std::int64_t block = 32;

bool is_run(const Dim& dim) {
  return dim.source_stride == 1 && dim.destination_stride == 1;
}

template <class Word>
void copy_rows(const Dim& rows, const Dim& cols, const Word* from, Word* to) {
  for (std::int64_t r = 0; r < rows.size; ++r)
    std::memcpy(to + r * rows.destination_stride, from + r * rows.source_stride,
                static_cast<std::size_t>(cols.size) * sizeof(Word));
}

// A square at a time, so that lines read across are used whole.
template <class Word>
void copy_squares(const Dim& rows, const Dim& cols, const Word* from, Word* to) {
  for (std::int64_t r0 = 0; r0 < rows.size; r0 += block)
    for (std::int64_t c0 = 0; c0 < cols.size; c0 += block) {
      const std::int64_t r_end = std::min(r0 + block, rows.size);
      const std::int64_t c_end = std::min(c0 + block, cols.size);
      for (std::int64_t r = r0; r < r_end; ++r)
        for (std::int64_t c = c0; c < c_end; ++c)
          to[r * rows.destination_stride + c * cols.destination_stride] =
              from[r * rows.source_stride + c * cols.source_stride];
    }
}

// At least two dimensions. The last but one is the one that the source walks along, unless that is the last anyhow.
StridedBox for_two_loops(StridedBox box) {
  if (box.count == 0) box.add(1, 1, 1);
  if (box.count == 1) {
    box.dims[1] = box.dims[0];
    box.dims[0] = {1, 0, 0};
    box.count = 2;
  }
  const auto outer = std::span(box.dims).first(box.count - 1);
  const auto along = std::ranges::find(outer, 1, &Dim::source_stride);
  if (!is_run(box.dims[outer.size()]) && along != outer.end())
    std::rotate(along, along + 1, outer.end());
  return box;
}

// The last two dimensions in one go, at each index of those before them.
template <class Word>
void copy_words(const StridedBox& box, const Word* from, Word* to) {
  const std::size_t outer = box.count - 2;
  const Dim &rows = box.dims[outer], &cols = box.dims[outer + 1];
  std::array<std::int64_t, StridedBox::max_dims> index{};
  for (std::size_t dim = outer;;) {
    is_run(cols) ? copy_rows(rows, cols, from, to) : copy_squares(rows, cols, from, to);
    for (dim = outer; dim-- > 0;) {
      from += box.dims[dim].source_stride;
      to += box.dims[dim].destination_stride;
      if (++index[dim] < box.dims[dim].size) break;
      from -= index[dim] * box.dims[dim].source_stride;
      to -= index[dim] * box.dims[dim].destination_stride;
      index[dim] = 0;
    }
    if (dim > outer) return;
  }
}

template <class Word>
void copy_as(const StridedBox& box, const std::byte* source, std::byte* destination) {
  copy_words(box, reinterpret_cast<const Word*>(source) + box.source_offset,
             reinterpret_cast<Word*>(destination) + box.destination_offset);
}

void copy_on_one_thread(const StridedBox& box, std::size_t element_bytes, const std::byte* source,
                        std::byte* destination) {
  switch (element_bytes) {
    case 1: return copy_as<std::uint8_t>(box, source, destination);
    case 2: return copy_as<std::uint16_t>(box, source, destination);
    case 4: return copy_as<std::uint32_t>(box, source, destination);
    default: return copy_as<std::uint64_t>(box, source, destination);
  }
}

// The largest dimension is shared out, in whole lines where it is the last.
StridedBox share_of_box(StridedBox box, int thread, int threads) {
  const auto dims = std::span(box.dims).first(box.count);
  Dim& shared = *std::ranges::max_element(dims, {}, &Dim::size);
  const Share share = share_of(shared.size, thread, threads, &shared == &dims.back() ? block : 1);
  box.source_offset += share.begin * shared.source_stride;
  box.destination_offset += share.begin * shared.destination_stride;
  shared.size = share.end - share.begin;
  return box;
}

}  // namespace

Strides strides_of(const Shape& shape) {
  Strides strides{};
  std::int64_t stride = 1;
  for (int dim = shape.rank() - 1; dim >= 0; stride *= shape[dim], --dim)
    strides[static_cast<std::size_t>(dim)] = stride;
  return strides;
}

StridedBox reordered_box(const Shape& from, std::span<const int> order) {
  const Strides strides = strides_of(from);
  StridedBox box;
  box.count = order.size();
  std::int64_t stride = 1;
  for (std::size_t i = order.size(); i-- > 0; stride *= from[order[i]])
    box.dims[i] = {from[order[i]], strides[static_cast<std::size_t>(order[i])], stride};
  return box;
}

StridedBox unmoved_box(const Shape& shape) {
  StridedBox box;
  box.add(shape.numel(), 1, 1);
  return box;
}

std::int64_t StridedBox::elements() const {
  std::int64_t product = 1;
  for (const Dim& dim : used()) product *= dim.size;
  return product;
}

bool operator==(const StridedBox& a, const StridedBox& b) {
  return a.operand == b.operand && a.source_offset == b.source_offset &&
         a.destination_offset == b.destination_offset && std::ranges::equal(a.used(), b.used());
}

StridedBox simplified(const StridedBox& box) {
  // Few dimensions, mostly in order: the plainest sort is the quickest.
  std::array<const Dim*, StridedBox::max_dims> order{};
  std::size_t kept = 0;
  for (const Dim& dim : box.used()) {
    if (dim.size == 1) continue;
    std::size_t place = kept++;
    for (; place > 0 && order[place - 1]->destination_stride < dim.destination_stride; --place)
      order[place] = order[place - 1];
    order[place] = &dim;
  }
  StridedBox joined;
  joined.operand = box.operand;
  joined.source_offset = box.source_offset;
  joined.destination_offset = box.destination_offset;
  for (std::size_t i = 0; i < kept; ++i) {
    const Dim& dim = *order[i];
    Dim* last = joined.count > 0 ? &joined.dims[joined.count - 1] : nullptr;
    if (last && last->source_stride == dim.size * dim.source_stride &&
        last->destination_stride == dim.size * dim.destination_stride)
      *last = {last->size * dim.size, dim.source_stride, dim.destination_stride};
    else
      joined.dims[joined.count++] = dim;
  }
  return joined;
}

void copy_box(const StridedBox& box, std::size_t element_bytes, const std::byte* source,
              std::byte* destination, int threads) {
  if (box.elements() == 0) return;
  const StridedBox simple = for_two_loops(simplified(box));
  const int used =
      useful_threads(static_cast<double>(simple.elements()), least_moved_elements, threads);
  if (used == 1) return copy_on_one_thread(simple, element_bytes, source, destination);
  parallel(used, [&](int thread) {
    const StridedBox share = share_of_box(simple, thread, used);
    if (share.elements() > 0) copy_on_one_thread(share, element_bytes, source, destination);
  });
}

void copy_boxes(std::span<const StridedBox> boxes, std::size_t element_bytes,
                std::span<const std::byte* const> operands, std::byte* destination, int threads) {
  for (const StridedBox& box : boxes)
    copy_box(box, element_bytes, operands[box.operand], destination, threads);
}

void fill_elements(std::byte* destination, std::int64_t count, std::size_t element_bytes,
                   std::uint64_t pattern) {
  const auto fill = [&]<class Word>(Word word) {
    std::fill_n(reinterpret_cast<Word*>(destination), count, word);
  };
  switch (element_bytes) {
    case 1: return fill(static_cast<std::uint8_t>(pattern));
    case 2: return fill(static_cast<std::uint16_t>(pattern));
    case 4: return fill(static_cast<std::uint32_t>(pattern));
    default: return fill(pattern);
  }
}

}  // namespace wattention
