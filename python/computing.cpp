#include "computing.h"

#include "binding.h"

namespace wattention::python {
namespace {

unsigned long main_thread = 0;
StopFlag asked_to_stop{
    false};  // of the main thread's computation; a handler may only touch what is global

extern "C" void raise_flag(int) {
  asked_to_stop.store(true, std::memory_order_relaxed);
}

// A user who asked for SIG_DFL or SIG_IGN gets that.
bool hears_python(const struct sigaction& action) {
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

bool watch_interrupts(struct sigaction& python) {
  if (PyThread_get_thread_ident() != main_thread) return false;
  asked_to_stop.store(false, std::memory_order_relaxed);
  struct sigaction ours {};
  ours.sa_handler = raise_flag;
  ours.sa_flags = SA_RESTART;
  if (sigaction(SIGINT, &ours, &python) != 0) return false;
  if (hears_python(python)) return true;
  sigaction(SIGINT, &python, nullptr);
  return false;
}

}  // namespace

InterruptWatch::InterruptWatch()
    : watches_(watch_interrupts(python_)), scope_(watches_ ? &asked_to_stop : nullptr) {}

InterruptWatch::~InterruptWatch() {
  if (!watches_) return;
  sigaction(SIGINT, &python_, nullptr);
  if (asked_to_stop.load(std::memory_order_relaxed)) std::raise(SIGINT);
}

bool interrupt_requested() {
  const StopFlag* const stop = current_stop_flag();
  return stop != nullptr && stop->load(std::memory_order_relaxed);
}

// Remembers which thread hears signals.
void bind_computing(nb::module_&) {
  const nb::object thread = nb::module_::import_("threading").attr("main_thread")();
  main_thread = nb::cast<unsigned long>(thread.attr("ident"));
}

}  // namespace wattention::python
