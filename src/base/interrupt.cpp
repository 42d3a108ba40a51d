#include "base/interrupt.h"

#include "base/fail.h"

namespace wattention::detail {

constinit thread_local const StopFlag* stop_flag = nullptr;

void end_interrupted() {
  fail(ErrorKind::interrupted,
       "[interrupt] expected to compute to the end; found a request to stop");
}

}  // namespace wattention::detail
