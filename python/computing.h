#pragma once
// What a call does while it computes: other Python threads run, and Ctrl-C ends it.
#include <nanobind/nanobind.h>

#include <csignal>

#include "base/interrupt.h"

namespace wattention::python {

/// In the thread that hears Python's signals: SIGINT raises a flag that ends the computation with
/// Error{interrupted}, and is then delivered again, to Python's own handler. In other threads nothing.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  struct sigaction python_ {};
  const bool watches_;
  const InterruptibleScope scope_;
};

/// Without the GIL, interruptible.
class Computing {
  nanobind::gil_scoped_release released_;
  InterruptWatch watch_;
};

using ReleaseGil = nanobind::call_guard<Computing>;

/// Has Ctrl-C come in the computation that this thread runs?
bool interrupt_requested();

}  // namespace wattention::python
