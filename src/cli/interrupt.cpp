#include "cli/interrupt.h"

#include "base/launcher.h"

namespace wattention::cli {
namespace {

volatile std::sig_atomic_t asked_to_stop = 0;

extern "C" void remember_signal(int) {
  asked_to_stop = 1;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  asked_to_stop = 0;
  struct sigaction action {};
  action.sa_handler = remember_signal;
  // mpirun signals a rank more than once, and kills it a second later by itself.
  const bool alone = launch().size == 1;
  action.sa_flags = static_cast<int>(alone ? SA_RESETHAND | SA_RESTART : SA_RESTART);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

bool InterruptGuard::requested() const {
  return asked_to_stop != 0;
}

}  // namespace wattention::cli
