#include <wattention/safetensors.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/input_file.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

using Json = nlohmann::json;

// The format's own limit: a longer header is refused before it is read.
constexpr std::uint64_t max_header_bytes = 100'000'000, length_bytes = 8;

std::optional<DType> dtype_of_word(std::string_view word) {
  constexpr std::pair<std::string_view, DType> words[] = {
      {"F64", DType::f64},    {"F32", DType::f32},    {"BF16", DType::bf16},
      {"F16", DType::f16},    {"U32", DType::uint32}, {"I32", DType::int32},
      {"U16", DType::uint16}, {"U8", DType::uint8},   {"BOOL", DType::uint8}};
  for (const auto& [known, dtype] : words)
    if (known == word) return dtype;
  return std::nullopt;
}

// Eight bytes, little endian: how long the JSON behind them is.
std::uint64_t header_length(const InputFile& file, const std::string& path) {
  expect(file.size_bytes() >= length_bytes,
         "[safetensors] expected a header length in '{}'; found its end", path);
  std::byte bytes[length_bytes];
  file.read_at(0, bytes);
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;)
    length = length << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  expect(length <= max_header_bytes && length <= file.size_bytes() - length_bytes,
         "[safetensors] expected a header of at most {} bytes in '{}'; found {}",
         std::min(max_header_bytes, file.size_bytes() - length_bytes), path, length);
  return length;
}

Json read_header(const InputFile& file, std::uint64_t length, const std::string& path) {
  std::vector<std::byte> text(length);
  file.read_at(length_bytes, text);
  const auto* begin = reinterpret_cast<const char*>(text.data());
  Json header = Json::parse(begin, begin + text.size(), nullptr, false);
  expect(header.is_object(),
         "[safetensors] expected a JSON object as the header of '{}'; found none", path);
  return header;
}

// One tensor's entry: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
struct Entry {
  DType dtype;
  Shape shape;
  std::uint64_t begin, end;
};

bool are_sizes(const Json& list) {
  return list.is_array() && std::ranges::all_of(list, [](const Json& size) {
           return size.is_number_unsigned() && size.get<std::uint64_t>() < std::uint64_t{1} << 58;
         });
}

Entry entry_of(const std::string& name, const Json& json, std::uint64_t data_bytes,
               const std::string& path) {
  const Json none;
  const auto field = [&](const char* key) -> const Json& {
    return json.is_object() && json.contains(key) ? json[key] : none;
  };
  const Json &word = field("dtype"), &sizes = field("shape"), &offsets = field("data_offsets");
  expect(word.is_string() && are_sizes(sizes) && are_sizes(offsets) && offsets.size() == 2,
         "[safetensors] expected a dtype, a shape and data_offsets of '{}' in '{}'; found others",
         name, path);
  const auto dtype = dtype_of_word(word.get<std::string>());
  expect(dtype.has_value(),
         "[safetensors] expected F64, F32, BF16, F16, U32, I32, U16, U8 or BOOL of '{}' in '{}'; "
         "found "
         "{}",
         name, path, word.get<std::string>());
  const auto shape = sizes.get<std::vector<std::int64_t>>();
  expect(shape.size() <= Shape::max_rank,
         "[safetensors] expected at most {} dimensions of '{}' in '{}'; found {}",
         Shape::max_rank + 0, name, path, shape.size());
  Entry entry{*dtype, Shape(std::span<const std::int64_t>(shape)), offsets[0].get<std::uint64_t>(),
              offsets[1].get<std::uint64_t>()};
  const auto bytes = static_cast<std::uint64_t>(entry.shape.numel()) * size_of(entry.dtype);
  expect(entry.begin <= entry.end && entry.end <= data_bytes && entry.end - entry.begin == bytes,
         "[safetensors] expected {} bytes of '{}' within the {} of '{}'; found {} to {}", bytes,
         name, data_bytes, path, entry.begin, entry.end);
  return entry;
}

}  // namespace

NamedTensors load_safetensors(const std::string& path) {
  static_assert(std::endian::native == std::endian::little, "elements are read as they lie there");
  const InputFile file(path);
  const std::uint64_t length = header_length(file, path), start = length_bytes + length;
  if (file.size_bytes() > physical_memory_bytes())
    fail(ErrorKind::out_of_memory,
         "[safetensors] expected tensors that fit {} bytes of memory; found {} bytes in '{}'",
         physical_memory_bytes(), file.size_bytes(), path);
  NamedTensors tensors;
  std::uint64_t read_bytes = 0;
  const Json header = read_header(file, length, path);
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") continue;
    const Entry entry = entry_of(name, json, file.size_bytes() - start, path);
    read_bytes += entry.end - entry.begin;
    expect(read_bytes <= file.size_bytes() - start,
           "[safetensors] expected tensors that share no bytes in '{}'; found '{}' over others",
           path, name);
    Tensor tensor = Tensor::empty(entry.shape, entry.dtype);
    file.read_at(start + entry.begin, {tensor.storage()->host_bytes(),
                                       static_cast<std::size_t>(entry.end - entry.begin)});
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

}  // namespace wattention
