#pragma once
// Block floats as the host packs and reads them: 16 neighbours in a row share the largest exponent among them.
// tt-metal v0.57.0-rc71, tt_metal/impl/data_format: blockfloat_common.cpp, bfloat8.cpp, bfloat4.cpp.
//
// Every value of a block is a bf16 pattern: its magnitude has 7 bits or fewer. So tensors of these types hold bf16
// patterns, here and in the device model, and their packed form is a matter of size alone.
#include <wattention/dtype.h>

#include <array>
#include <cstdint>
#include <span>

namespace wattention {

inline constexpr int block_length = 16;
inline constexpr int bfloat8_magnitude_bits = 7, bfloat4_magnitude_bits = 3;

/// One exponent, and 16 of: a sign over `magnitude_bits` of magnitude without a hidden bit.
struct PackedBlock {
  std::uint8_t exponent = 0;
  std::array<std::uint8_t, block_length> elements{};
};

/// What is shifted out by the distance to the largest exponent is cut; then to nearest even, saturating.
/// Denormals are 0, and no 0 has a sign.
PackedBlock pack_block(std::span<const float, block_length> values, int magnitude_bits);

/// Below the exponents there are, 0; with an exponent field of 0, the pattern without its hidden bit.
bfloat16 read_block_element(std::uint8_t element, std::uint8_t exponent, int magnitude_bits);

/// Rows of `length` floats through blocks that begin with each row; the last block of a row is filled with zeros.
/// `out` has as many elements as `values`.
void round_to_blocks(std::span<const float> values, std::int64_t length, int magnitude_bits,
                     std::span<bfloat16> out);

}  // namespace wattention
