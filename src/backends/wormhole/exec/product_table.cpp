#include "backends/wormhole/exec/product_table.h"

#include <array>
#include <mutex>
#include <vector>

#include "backends/wormhole/kernels/elementwise.h"

namespace wattention::wormhole {

namespace {

constexpr int fractions = 128;
constexpr int one_pattern = exponent_bias << 7;

std::vector<Bits> made_table(int phases) {
  std::vector<Bits> table;
  table.reserve(2 * fractions * fractions + 1);
  for (const int sign : {0, 0x8000})
    for (int a = 0; a < fractions; ++a)
      for (int b = 0; b < fractions; ++b) {
        const Bits product = kernels::multiply(static_cast<Bits>(sign | one_pattern | a),
                                               static_cast<Bits>(one_pattern | b), phases);
        table.push_back(static_cast<Bits>((product & 0x7fff) - one_pattern));
      }
  table.push_back(0);
  return table;
}

}  // namespace

const Bits* product_table(int phases) {
  static std::array<std::once_flag, 4> made;
  static std::array<std::vector<Bits>, 4> tables;
  const auto index = static_cast<std::size_t>(phases - 1);
  std::call_once(made[index], [&] { tables[index] = made_table(phases); });
  return tables[index].data();
}

}  // namespace wattention::wormhole
