#include "tensor/npy_header.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/fail.h"
#include "tensor/python_literal.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t version_at = magic.size();
constexpr std::size_t length_at = version_at + 2;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t little_endian(std::span<const std::byte> bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | std::to_integer<std::size_t>(bytes[i]);
  return value;
}

// The dict's text, and where the elements begin.
struct Head {
  std::string_view text;
  std::size_t data_offset;
};

Head find_head(std::span<const std::byte> start, std::string_view file) {
  expect(as_text(start).starts_with(magic),
         "[npy] expected a .npy file; found '{}' without NumPy's first bytes", file);
  expect(start.size() > length_at, "[npy] expected a version in '{}'; found its end", file);
  const auto version = std::to_integer<int>(start[version_at]);
  expect(version >= 1 && version <= 3, "[npy] expected format version 1 to 3 in '{}'; found {}",
         file, version);
  const std::size_t text_at = length_at + (version == 1 ? 2 : 4);
  expect(start.size() >= text_at, "[npy] expected a header length in '{}'; found its end", file);
  const std::size_t length = little_endian(start.subspan(length_at, text_at - length_at));
  expect(length <= start.size() - text_at,
         "[npy] expected a header of at most {} bytes in '{}'; found {}", start.size() - text_at,
         file, length);
  return {as_text(start.subspan(text_at, length)), text_at + length};
}

std::optional<NpyType> type_of(std::string_view word) {
  if (word == "f2") return NpyType::f16;
  if (word == "f4") return NpyType::f32;
  if (word == "f8") return NpyType::f64;
  if (word == "u1") return NpyType::u8;
  if (word == "u2") return NpyType::u16;
  if (word == "i4") return NpyType::i32;
  if (word == "u4") return NpyType::u32;
  return std::nullopt;
}

void read_descr(LiteralReader& reader, NpyHeader& header, std::string_view file) {
  expect(!reader.accept('['),
         "[npy] expected f16, f32, f64, u8, u16, i32 or u32 in '{}'; found a structured dtype",
         file);
  const std::string_view descr = reader.string();
  const auto type = type_of(descr.substr(std::min<std::size_t>(descr.size(), 1)));
  header.type = type.value_or(NpyType::f32);
  const bool is_byte = header.type == NpyType::u8;
  expect(type && (descr[0] == '<' || descr[0] == '>' || (descr[0] == '|' && is_byte)),
         "[npy] expected f16, f32, f64, u8, u16, i32 or u32 in '{}'; found dtype '{}'", file,
         printable(descr));
  header.big_endian = descr[0] == '>';
}

void read_shape(LiteralReader& reader, NpyHeader& header, std::string_view file) {
  const std::vector<std::int64_t> sizes = reader.tuple();
  expect(sizes.size() <= Shape::max_rank, "[npy] expected at most {} dimensions in '{}'; found {}",
         Shape::max_rank, file, sizes.size());
  header.shape = Shape(sizes);
}

void read_entry(LiteralReader& reader, std::vector<std::string_view>& seen, NpyHeader& header,
                std::string_view file) {
  const std::string_view key = reader.string();
  for (const std::string_view earlier : seen)
    expect(key != earlier, "[npy] expected each key once in '{}'; found '{}' twice", file, key);
  seen.push_back(key);
  reader.require(':');
  if (key == "descr")
    read_descr(reader, header, file);
  else if (key == "fortran_order")
    header.fortran_order = reader.boolean();
  else if (key == "shape")
    read_shape(reader, header, file);
  else
    fail(ErrorKind::bad_input,
         "[npy] expected keys descr, fortran_order and shape in '{}'; found '{}'", file,
         printable(key));
}

NpyHeader parse_dict(std::string_view text, std::string_view file) {
  NpyHeader header;
  LiteralReader reader(text, file);
  std::vector<std::string_view> seen;  // at most the three known keys
  reader.require('{');
  while (!reader.accept('}')) {
    read_entry(reader, seen, header, file);
    if (reader.accept(',')) continue;
    reader.require('}');
    break;
  }
  reader.require_end();
  expect(seen.size() == 3,
         "[npy] expected keys descr, fortran_order and shape in '{}'; found {} of them", file,
         seen.size());
  return header;
}

}  // namespace

std::size_t NpyHeader::element_bytes() const {
  return type == NpyType::f16 ? 2 : size_of(dtype());
}

DType NpyHeader::dtype() const {
  switch (type) {
    case NpyType::f64: return DType::f64;
    case NpyType::u8: return DType::uint8;
    case NpyType::u16: return DType::uint16;
    case NpyType::i32: return DType::int32;
    case NpyType::u32: return DType::uint32;
    case NpyType::f16:
    case NpyType::f32: return DType::f32;
  }
  return DType::f32;
}

NpyHeader parse_npy_header(std::span<const std::byte> start, std::uint64_t file_bytes,
                           std::string_view file) {
  const Head head = find_head(start, file);
  NpyHeader header = parse_dict(head.text, file);
  header.data_offset = head.data_offset;
  // Shape keeps numel() at or below 2^58, so eight bytes each cannot overflow.
  const std::uint64_t needed =
      static_cast<std::uint64_t>(header.shape.numel()) * header.element_bytes();
  const std::uint64_t held = file_bytes - head.data_offset;
  expect(needed == held, "[npy] expected {} bytes of elements for shape {} in '{}'; found {}",
         needed, header.shape, file, held);
  return header;
}

std::string make_npy_head(DType dtype, const Shape& shape) {
  const char kind = !is_integer(dtype) ? 'f' : dtype == DType::int32 ? 'i' : 'u';
  const std::string sizes =
      fmt::format("({}{})", fmt::join(shape.sizes(), ", "), shape.rank() == 1 ? "," : "");
  std::string dict = fmt::format("{{'descr': '<{}{}', 'fortran_order': False, 'shape': {}, }}",
                                 kind, size_of(dtype), sizes);
  if (dtype == DType::uint8)
    dict[dict.find('<')] = '|';  // NumPy's word for bytes that have no order
  constexpr std::size_t alignment = 64, before_dict = length_at + 2;
  dict.resize((before_dict + dict.size() + alignment) / alignment * alignment - before_dict - 1,
              ' ');
  dict += '\n';
  const char length[] = {static_cast<char>(dict.size() & 0xff),
                         static_cast<char>(dict.size() >> 8)};
  return std::string(magic) + std::string("\x01\x00", 2) + std::string(length, 2) + dict;
}

}  // namespace wattention
