// Two threads add to one int without a lock. Built only under ThreadSanitizer, where CTest expects its
// report: this is what shows that the sanitizer sees into the threads of base/threads.h at all.
#include "base/threads.h"

int main() {
  int shared = 0;
  wattention::parallel(2, [&](int) {
    for (int i = 0; i < 1000; ++i) ++shared;
  });
  return shared == 0;
}
