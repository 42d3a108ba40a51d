#include <wattention/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/fail.h"
#include "tensor/block_float.h"
#include "tensor/elements.h"
#include "tensor/shape_formatter.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

std::size_t byte_count(const Shape& shape, DType dtype) {
  return static_cast<std::size_t>(shape.numel()) * size_of(dtype);
}

double widened(double value) {
  return value;
}
double widened(bfloat16 value) {
  return static_cast<float>(value);
}
double widened(float16 value) {
  return static_cast<float>(value);
}

// Both halves round from f32.
template <class T>
constexpr bool is_half = std::is_same_v<T, bfloat16> || std::is_same_v<T, float16>;

// C++ leaves a float beyond the integers undefined.
template <class Integer>
Integer whole_number(double value) {
  const double cut = std::trunc(value);
  expect(cut >= static_cast<double>(std::numeric_limits<Integer>::min()) &&
             cut <= static_cast<double>(std::numeric_limits<Integer>::max()),
         "[to] expected numbers that {} holds; found {}", to_string(dtype_of<Integer>), value);
  return static_cast<Integer>(cut);
}

template <class To, class From>
To convert_element(From value) {
  if constexpr (is_half<To>)
    return To(static_cast<float>(value));
  else if constexpr (std::is_integral_v<To> && !std::is_integral_v<From>)
    return whole_number<To>(widened(value));
  else
    return static_cast<To>(static_cast<std::conditional_t<is_half<From>, float, From>>(value));
}

template <class To, class From>
void convert_all(const Tensor& from, Tensor& to) {
  std::ranges::transform(from.values<From>(), to.mutable_values<To>().begin(),
                         convert_element<To, From>);
}

}  // namespace

std::string_view to_string(Layout layout) {
  return layout == Layout::tile ? "tile" : "row_major";
}

std::string_view to_string(Memory memory) {
  return memory == Memory::host ? "host" : memory == Memory::dram ? "dram" : "l1";
}

Layout parse_layout(std::string_view word) {
  expect(word == "row_major" || word == "tile", "[layout] expected row_major or tile; found '{}'",
         word);
  return word == "tile" ? Layout::tile : Layout::row_major;
}

Memory parse_memory(std::string_view word) {
  expect(word == "dram" || word == "l1", "[memory] expected dram or l1; found '{}'", word);
  return word == "l1" ? Memory::l1 : Memory::dram;
}

Tensor::Tensor(Shape shape, DType dtype, Layout layout, std::shared_ptr<Storage> storage)
    : shape_(shape), dtype_(dtype), layout_(layout), storage_(std::move(storage)) {}

Tensor::Tensor(std::initializer_list<std::initializer_list<float>> rows) {
  const std::size_t columns = rows.size() == 0 ? 0 : rows.begin()->size();
  *this = empty({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(columns)});
  float* out = mutable_values<float>().data();
  for (const auto& row : rows) {
    expect(row.size() == columns, "[tensor] expected rows of equal length; found {} and {}",
           columns, row.size());
    out = std::copy(row.begin(), row.end(), out);
  }
}

Tensor Tensor::empty(const Shape& shape, DType dtype) {
  return Tensor(shape, dtype, Layout::row_major, allocate_host(byte_count(shape, dtype)));
}

Tensor Tensor::zeros(const Shape& shape, DType dtype) {
  Tensor tensor = empty(shape, dtype);
  std::memset(tensor.storage_->host_bytes(), 0, byte_count(shape, dtype));
  return tensor;
}

template <class T>
Tensor Tensor::from(std::span<const T> values, const Shape& shape) {
  expect(static_cast<std::int64_t>(values.size()) == shape.numel(),
         "[tensor] expected {} values for shape {}; found {}", shape.numel(), shape.text(),
         values.size());
  Tensor tensor = empty(shape, dtype_of<T>);
  std::ranges::copy(values, tensor.mutable_values<T>().begin());
  return tensor;
}

Tensor Tensor::borrow(void* bytes, const Shape& shape, DType dtype, std::shared_ptr<void> owner) {
  expect(bytes != nullptr && reinterpret_cast<std::uintptr_t>(bytes) % size_of(dtype) == 0,
         "[tensor] expected bytes aligned to {}; found address {}", size_of(dtype), bytes);
  return Tensor(shape, dtype, Layout::row_major,
                borrow_host(static_cast<std::byte*>(bytes), std::move(owner)));
}

Memory Tensor::memory() const {
  return storage_ ? storage_->memory() : Memory::host;
}

const Sharding* Tensor::sharding() const {
  return storage_ ? storage_->sharding() : nullptr;
}

bool Tensor::on_host() const {
  return storage_ && storage_->host_bytes() != nullptr;
}

std::string_view Tensor::device_name() const {
  return storage_ ? storage_->device_name() : "cpu";
}

template <class T>
std::span<const T> Tensor::values() const {
  return const_cast<Tensor*>(this)->mutable_values<T>();
}

template <class T>
std::span<T> Tensor::mutable_values() {
  expect(defined(), "[tensor] expected a tensor with values; found an undefined one");
  expect(dtype_ == dtype_of<T> || (is_block(dtype_) && dtype_of<T> == DType::bf16),
         "[tensor] expected dtype {}; found {}", to_string(dtype_of<T>), to_string(dtype_));
  expect(on_host(), "[tensor] expected values on the host; found them on {} (use to_host)",
         storage_->device_name());
  return {reinterpret_cast<T*>(storage_->host_bytes()), static_cast<std::size_t>(numel())};
}

namespace {

// By way of floats; every value of a block format is one.
Tensor packed_in_blocks(const Tensor& from, DType dtype) {
  const Tensor floats = from.to(DType::f32);
  Tensor blocks = Tensor::empty(from.shape(), dtype);
  const std::int64_t length = from.rank() == 0 ? 1 : from.size(-1);
  if (length > 0)
    round_to_blocks(floats.values<float>(), length,
                    dtype == DType::bfloat8_b ? bfloat8_magnitude_bits : bfloat4_magnitude_bits,
                    blocks.mutable_values<bfloat16>());
  return blocks;
}

}  // namespace

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  if (is_block(dtype)) return packed_in_blocks(*this, dtype);
  Tensor result = empty(shape_, dtype);
  with_element_type(dtype_, [&]<class From>(From) {
    with_element_type(dtype, [&]<class To>(To) { convert_all<To, From>(*this, result); });
  });
  return result;
}

Tensor Tensor::view(const Shape& shape) const {
  expect(on_host(), "[view] expected values on the host; found them on {}", device_name());
  expect(shape.numel() == numel(), "[view] expected {} elements; found shape {}", numel(), shape);
  return Tensor(shape, dtype_, layout_, storage_);
}

Tensor Tensor::clone() const {
  expect(on_host(), "[clone] expected values on the host; found them on {}", device_name());
  Tensor result = empty(shape_, dtype_);
  std::memcpy(result.storage_->host_bytes(), storage_->host_bytes(), byte_count(shape_, dtype_));
  return result;
}

#define WATTENTION_INSTANTIATE(type)                                 \
  template Tensor Tensor::from(std::span<const type>, const Shape&); \
  template std::span<const type> Tensor::values() const;             \
  template std::span<type> Tensor::mutable_values();
WATTENTION_INSTANTIATE(double)
WATTENTION_INSTANTIATE(float)
WATTENTION_INSTANTIATE(bfloat16)
WATTENTION_INSTANTIATE(float16)
WATTENTION_INSTANTIATE(std::uint32_t)
WATTENTION_INSTANTIATE(std::int32_t)
WATTENTION_INSTANTIATE(std::uint16_t)
WATTENTION_INSTANTIATE(std::uint8_t)
#undef WATTENTION_INSTANTIATE

}  // namespace wattention
