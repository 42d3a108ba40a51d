#include "tensor/npy_decode.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

namespace wattention {
namespace {

template <class Word>
Word read_word(const std::byte* bytes, bool big_endian) {
  std::array<std::byte, sizeof(Word)> word;
  std::memcpy(word.data(), bytes, sizeof(Word));
  if (big_endian != (std::endian::native == std::endian::big)) std::ranges::reverse(word);
  return std::bit_cast<Word>(word);
}

}  // namespace

NpyFiller::NpyFiller(const NpyHeader& header, Tensor& out) : header_(header), out_(out) {
  std::int64_t stride = 1;
  for (int dim = header.shape.rank() - 1; dim >= 0; --dim) {
    strides_[static_cast<std::size_t>(dim)] = stride;
    stride *= header.shape[dim];
  }
}

void NpyFiller::feed(std::span<const std::byte> bytes) {
  switch (header_.type) {
    case NpyType::f16:
      return decode_all<std::uint16_t>(
          bytes, [](std::uint16_t bits) { return static_cast<float>(float16::from_bits(bits)); },
          out_.mutable_values<float>());
    case NpyType::f32:
      return decode_all<std::uint32_t>(bytes, std::bit_cast<float, std::uint32_t>,
                                       out_.mutable_values<float>());
    case NpyType::f64:
      return decode_all<std::uint64_t>(bytes, std::bit_cast<double, std::uint64_t>,
                                       out_.mutable_values<double>());
    case NpyType::u8:
      return decode_all<std::uint8_t>(bytes, std::identity{}, out_.mutable_values<std::uint8_t>());
    case NpyType::u16:
      return decode_all<std::uint16_t>(bytes, std::identity{},
                                       out_.mutable_values<std::uint16_t>());
    case NpyType::i32:
      return decode_all<std::uint32_t>(bytes, std::bit_cast<std::int32_t, std::uint32_t>,
                                       out_.mutable_values<std::int32_t>());
    case NpyType::u32:
      return decode_all<std::uint32_t>(bytes, std::identity{},
                                       out_.mutable_values<std::uint32_t>());
  }
}

template <class Word, class Decode, class Out>
void NpyFiller::decode_all(std::span<const std::byte> bytes, Decode decode, std::span<Out> out) {
  for (std::size_t at = 0; at + sizeof(Word) <= bytes.size(); at += sizeof(Word)) {
    out[static_cast<std::size_t>(offset_)] =
        decode(read_word<Word>(bytes.data() + at, header_.big_endian));
    advance();
  }
}

// C order walks the output as it lies; Fortran order counts the first dimension fastest.
void NpyFiller::advance() {
  if (!header_.fortran_order) {
    ++offset_;
    return;
  }
  for (std::size_t dim = 0; dim < static_cast<std::size_t>(header_.shape.rank()); ++dim) {
    offset_ += strides_[dim];
    if (++index_[dim] < header_.shape.sizes()[dim]) return;
    offset_ -= strides_[dim] * index_[dim];
    index_[dim] = 0;
  }
}

Tensor parse_npy(std::span<const std::byte> bytes, std::string_view file) {
  const auto start = bytes.first(std::min(bytes.size(), max_npy_head_bytes));
  const NpyHeader header = parse_npy_header(start, bytes.size(), file);
  Tensor tensor = Tensor::empty(header.shape, header.dtype());
  NpyFiller(header, tensor).feed(bytes.subspan(header.data_offset));
  return tensor;
}

}  // namespace wattention
