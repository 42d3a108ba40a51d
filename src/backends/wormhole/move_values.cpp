// A move's plan on device tensors. A plan speaks of logical elements: tensors without padding are moved where they lie,
// others by way of their logical elements, or whole tiles at a time.
#include <array>
#include <bit>
#include <vector>

#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/numerics/unpacker.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/elements.h"

namespace wattention::wormhole {
namespace {

using Sizes = std::array<std::int64_t, Shape::max_rank>;

bool is_padded(const Tensor& tensor) {
  return tensor.layout() == Layout::tile && !TiledShape(tensor.shape()).is_whole();
}

// Of the image that a device holds: the last two dimensions of tiles are padded.
Sizes image_sizes(const Tensor& tensor) {
  Sizes sizes{};
  const int rank = tensor.rank();
  for (int dim = 0; dim < rank; ++dim) sizes[static_cast<std::size_t>(dim)] = tensor.size(dim);
  const TiledShape tiled(tensor.shape());
  if (tensor.layout() == Layout::tile && rank > 0)
    sizes[static_cast<std::size_t>(rank - 1)] = tiled.padded_cols;
  if (tensor.layout() == Layout::tile && rank > 1)
    sizes[static_cast<std::size_t>(rank - 2)] = tiled.padded_rows;
  return sizes;
}

// A box between two images of one rank: the same index from `source` on as from `destination` on.
StridedBox image_box(const Tensor& from, const Tensor& to, const Sizes& sizes, const Sizes& source,
                     const Sizes& destination) {
  const Sizes from_sizes = image_sizes(from), to_sizes = image_sizes(to);
  std::array<StridedBox::Dim, Shape::max_rank> dims{};
  StridedBox box;
  std::int64_t from_stride = 1, to_stride = 1;
  for (auto dim = static_cast<std::size_t>(to.rank()); dim-- > 0;) {
    box.source_offset += source[dim] * from_stride;
    box.destination_offset += destination[dim] * to_stride;
    dims[dim] = {sizes[dim], from_stride, to_stride};
    from_stride *= from_sizes[dim];
    to_stride *= to_sizes[dim];
  }
  for (std::size_t dim = 0; dim < static_cast<std::size_t>(to.rank()); ++dim)
    box.add(dims[dim].size, dims[dim].source_stride, dims[dim].destination_stride);
  return box;
}

// slice and concat of whole tiles: what lies in their padding comes along.
std::vector<StridedBox> boxes_of_whole_tiles(const OpCall& call, const Tensor& out) {
  std::vector<StridedBox> boxes;
  Sizes place{};
  if (call.op == Op::slice) {
    for (std::size_t dim = 0; dim < call.attributes.begins->size(); ++dim)
      place[dim] = (*call.attributes.begins)[dim];
    boxes.push_back(image_box(call.a(), out, image_sizes(out), place, {}));
    return boxes;
  }
  const int dim = *call.attributes.dim;
  for (std::size_t i = 0; i < call.tensors.size(); ++i) {
    const Tensor& tensor = call.tensors[i];
    boxes.push_back(image_box(tensor, out, image_sizes(tensor), {}, place));
    boxes.back().operand = i;
    place[static_cast<std::size_t>(dim)] += tensor.size(dim);
  }
  return boxes;
}

// The logical elements of the input among values: these fill tiles to their ends.
std::vector<StridedBox> boxes_of_padding(const OpCall& call, const Tensor& out) {
  Sizes sizes{}, place{};
  for (std::size_t dim = 0; dim < static_cast<std::size_t>(call.a().rank()); ++dim) {
    sizes[dim] = call.a().size(static_cast<int>(dim));
    if (call.attributes.before) place[dim] = (*call.attributes.before)[dim];
  }
  return {image_box(call.a(), out, sizes, {}, place)};
}

// A number as data movement and the vector unit write it: cut off to bf16.
std::uint64_t pattern_of(double number, DType dtype, const Release& release) {
  if (is_integer(dtype)) return integer_pattern(number);
  const auto single = static_cast<float>(number);
  return dtype == DType::f32 ? std::bit_cast<std::uint32_t>(single)
                             : std::uint64_t{kernels::number_operand(single, release)};
}

// The same as two bf16 beside each other.
std::uint64_t pair_of(double number, const Release& release) {
  return kernels::number_operand(static_cast<float>(number), release) * std::uint64_t{0x10001};
}

// The whole rows of the result that a box writes to.
void fill_rows_of(StridedBox box, std::int64_t columns, std::uint64_t pattern, std::size_t bytes,
                  std::byte* image) {
  box.source_offset = 0;
  for (StridedBox::Dim& dim : std::span(box.dims).first(box.count)) dim.source_stride = 0;
  box.dims[box.count - 1].size = columns;
  copy_box(box, bytes, reinterpret_cast<const std::byte*>(&pattern), image);
}

std::size_t logical_bytes(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.numel()) * size_of(tensor.dtype());
}

// update_cache reads and writes a row of tiles of each batch and head.
void pack_rows_of_tiles(const OpCall& call, Bits* image, HostOptions host) {
  const TiledShape tiled(call.shape);
  const std::int64_t first = call.attributes.index.value_or(0) / 32 * 32 * tiled.padded_cols;
  for (std::int64_t matrix = 0; matrix < tiled.batch; ++matrix)
    pack_in_place({image + matrix * tiled.matrix_elements() + first,
                   static_cast<std::size_t>(32 * tiled.padded_cols)},
                  host);
}

/// The operands and the result of a plan as logical elements; copies only of what is padded.
class Logical {
 public:
  Logical(const OpCall& call, std::span<const std::byte* const> images, const Tensor& out,
          std::byte* image)
      : out_(out), image_(image), bytes_(size_of(out.dtype())) {
    copies_.reserve(call.tensors.size() + 1);
    for (std::size_t i = 0; i < call.tensors.size(); ++i)
      operands_.push_back(logical(call.tensors[i], images[i]));
    if (call.plan.in_place)  // what no box reaches stays
      result_ = const_cast<std::byte*>(operands_.front());
    else
      result_ = is_padded(out) ? room(logical_bytes(out)) : image;
  }

  std::span<const std::byte* const> operands() const { return operands_; }
  std::byte* result() const { return result_; }
  void give_back() const {
    if (is_padded(out_)) pad(result_, TiledShape(out_.shape()), bytes_, image_);
  }

 private:
  std::byte* room(std::size_t bytes) { return copies_.emplace_back(bytes).data(); }
  const std::byte* logical(const Tensor& tensor, const std::byte* image) {
    if (!is_padded(tensor)) return image;
    std::byte* copy = room(logical_bytes(tensor));
    unpad(image, TiledShape(tensor.shape()), bytes_, copy);
    return copy;
  }

  const Tensor& out_;
  std::byte* image_;
  std::size_t bytes_;
  std::vector<std::vector<std::byte>> copies_;
  std::vector<const std::byte*> operands_;
  std::byte* result_;
};

// What is left of fp32 in the source registers.
void pass_registers(std::span<Word> words, bool in_fp16) {
  for (Word& word : words)
    word = in_fp16 ? through_fp16(word) : unpack_fp32(word, UnpackedAs::tf32);
}

bool swaps_sides_of_tiles(const OpCall& call) {
  if (!call.attributes.dims || call.a().layout() != Layout::tile) return false;
  const Dims& dims = *call.attributes.dims;
  for (std::size_t i = 0; i + 2 < dims.size(); ++i)
    if (dims[i] != static_cast<int>(i)) return false;
  return dims.size() >= 2 && dims[dims.size() - 1] == static_cast<int>(dims.size()) - 2;
}

}  // namespace

void WormholeBackend::move_values(const OpCall& call, const MovePrograms& programs,
                                  const Tensor& out) {
  const DType dtype = out.dtype();
  if (swaps_sides_of_tiles(call) && (dtype == DType::bf16 || is_block(dtype))) {
    wormhole::transpose(stacked(call.a()), TiledShape(call.a().shape()).batch, bits_of(out), host_);
    return pack_result(out);
  }
  std::vector<const std::byte*> images;
  images.reserve(call.tensors.size());
  for (const Tensor& tensor : call.tensors) images.push_back(storage_of(tensor).values());
  std::byte* image = storage_of(out).values();
  const std::size_t bytes = size_of(out.dtype());
  const std::int64_t elements =
      out.layout() == Layout::tile ? TiledShape(out.shape()).elements() : out.numel();
  if (call.plan.fill) {
    const std::uint64_t pattern = pattern_of(*call.plan.fill, out.dtype(), release_);
    const bool pairs = programs.pairs_in_rows;
    fill_elements(image, elements, bytes, pairs ? pair_of(*call.plan.fill, release_) : pattern);
    const auto boxes =
        call.plan.boxes.empty() ? std::vector<StridedBox>() : boxes_of_padding(call, out);
    if (pairs) fill_rows_of(boxes.front(), out.size(-1), pattern, bytes, image);
    copy_boxes(boxes, bytes, images, image, host_.threads);
  } else if (programs.whole_tiles) {
    copy_boxes(boxes_of_whole_tiles(call, out), bytes, images, image, host_.threads);
  } else {
    const Logical logical(call, images, out, image);
    copy_boxes(call.plan.boxes, bytes, logical.operands(), logical.result(), host_.threads);
    logical.give_back();
  }
  // The packer changes bf16 patterns; integers it takes as they are.
  if (is_integer(dtype)) return;
  if (programs.through_packer && dtype == DType::f32)
    pass_registers({words_of(out), static_cast<std::size_t>(elements)}, programs.in_fp16);
  else if (programs.through_packer && call.plan.in_place)
    pack_rows_of_tiles(call, bits_of(out), host_);
  else if (programs.through_packer)
    pack_in_place({bits_of(out), static_cast<std::size_t>(elements)}, host_);
  pack_result(out);
}

}  // namespace wattention::wormhole
