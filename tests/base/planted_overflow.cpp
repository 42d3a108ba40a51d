// Adds past the largest int. Built only under UndefinedBehaviorSanitizer, where CTest expects its report.
#include <limits>

int main(int count, char**) {
  int sum = std::numeric_limits<int>::max();
  sum += count;
  return sum == 0;
}
