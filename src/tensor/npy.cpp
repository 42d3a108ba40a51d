#include <wattention/npy.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "base/input_file.h"
#include "tensor/npy_decode.h"
#include "tensor/npy_header.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

// A multiple of every element size, and small beside any cache.
constexpr std::size_t piece_bytes = 256 * 1024;

NpyHeader read_header(const InputFile& file, const std::string& path) {
  std::vector<std::byte> start(std::min<std::uint64_t>(file.size_bytes(), max_npy_head_bytes));
  file.read_at(0, start);
  return parse_npy_header(start, file.size_bytes(), path);
}

// Linux grants memory that it does not have; asking first turns a later kill into a sentence.
void expect_memory(const NpyHeader& header, const std::string& path) {
  const auto needed = static_cast<std::uint64_t>(header.shape.numel()) * size_of(header.dtype());
  if (needed > physical_memory_bytes())
    fail(ErrorKind::out_of_memory,
         "[npy] expected an array that fits {} bytes of memory; found {} bytes in '{}'",
         physical_memory_bytes(), needed, path);
}

void read_elements(const InputFile& file, const NpyHeader& header, Tensor& tensor) {
  NpyFiller filler(header, tensor);
  std::vector<std::byte> piece(piece_bytes);
  for (std::uint64_t at = header.data_offset; at < file.size_bytes(); at += piece_bytes) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, file.size_bytes() - at));
    const auto bytes = std::span(piece).first(count);
    file.read_at(at, bytes);
    filler.feed(bytes);
  }
}

}  // namespace

Tensor load_npy(const std::string& path) {
  const InputFile file(path);
  const NpyHeader header = read_header(file, path);
  expect_memory(header, path);
  Tensor tensor = Tensor::empty(header.shape, header.dtype());
  read_elements(file, header, tensor);
  return tensor;
}

void save_npy(const std::string& path, const Tensor& tensor) {
  static_assert(std::endian::native == std::endian::little,
                "elements are written as they lie in memory");
  expect(tensor.defined() && tensor.on_host(),
         "[npy] expected a host tensor to write to '{}'; found none", path);
  const Tensor values = tensor.dtype() == DType::bf16 ? tensor.to(DType::f32) : tensor;
  const std::size_t bytes = static_cast<std::size_t>(values.numel()) * size_of(values.dtype());
  const std::string head = make_npy_head(values.dtype(), values.shape());
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(head)));
  file.write({values.storage()->host_bytes(), bytes});
  file.commit();
}

}  // namespace wattention
