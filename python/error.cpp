#include <wattention/error.h>

#include "binding.h"

namespace wattention::python {
namespace {

PyObject* error_type = nullptr;  // lives as long as the interpreter

void translate(const std::exception_ptr& pointer, void*) {
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    // Python's handler for the signal that stopped it usually raises KeyboardInterrupt: that goes on instead.
    if (error.kind() == ErrorKind::interrupted && PyErr_CheckSignals() != 0) return;
    const nb::object exception = nb::handle(error_type)(error.what());
    exception.attr("kind") = std::string(to_string(error.kind()));
    PyErr_SetObject(error_type, exception.ptr());
  }
}

constexpr const char* doc =
    "What the library refuses, as one sentence: `[op] expected ...; found ...`.\n\n"
    "`kind` is one of bad_input, absent, unsupported, unverified, out_of_memory, closed, io, "
    "interrupted.";

}  // namespace

void bind_error(nb::module_& module) {
  error_type = PyErr_NewExceptionWithDoc("wattention.Error", doc, PyExc_RuntimeError, nullptr);
  module.attr("Error") = nb::borrow(error_type);
  nb::handle(error_type).attr("kind") = "unsupported";
  nb::register_exception_translator(translate);
}

}  // namespace wattention::python
