// Reads one int past an array's end. Built only under AddressSanitizer, where CTest expects its report.
#include <memory>

int main(int count, char**) {
  const auto numbers = std::make_unique<int[]>(static_cast<std::size_t>(count));
  return numbers.get()[count];
}
