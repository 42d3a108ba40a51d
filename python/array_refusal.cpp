#include "array_refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace nb = nanobind;

namespace wattention::python {
namespace {

// A foreign property may raise whatever it likes: what cannot be asked is not there.
nb::object attribute(const nb::handle& object, const char* name) {
  try {
    return nb::getattr(object, name, nb::none());
  } catch (const nb::python_error&) {
    return nb::none();
  }
}

std::string text(const nb::handle& object) {
  return object.is_none() ? "" : nb::str(object).c_str();
}

bool answers_true(const nb::object& array, const char* method) {
  const nb::object callable = attribute(array, method);
  if (!PyCallable_Check(callable.ptr())) return false;
  try {
    return nb::cast<bool>(callable());
  } catch (const std::exception&) {
    return false;
  }
}

// A device's name; empty for the CPU. torch's have a type beside the index; JAX calls it TFRT_CPU_0.
std::string foreign_device(const nb::object& array) {
  const nb::object device = attribute(array, "device");
  std::string name = text(device);
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return PyCallable_Check(device.ptr()) || lower.find("cpu") != lower.npos ? "" : name;
}

// torch's layouts but the plain one; SciPy's matrices name theirs "csr".
std::string sparse_layout(const nb::object& array) {
  const std::string layout = text(attribute(array, "layout"));
  if (!layout.empty()) return layout == "torch.strided" ? "" : layout;
  return attribute(array, "nnz").is_none() ? "" : "sparse " + text(attribute(array, "format"));
}

std::string reason(const nb::object& array, const std::string& dtype) {
  if (const std::string device = foreign_device(array); !device.empty())
    return " on the device " + device;
  if (const std::string layout = sparse_layout(array); !layout.empty())
    return fmt::format(" in the layout {} (to_dense or toarray first)", layout);
  if (answers_true(array, "is_conj")) return " with its conjugate bit set (resolve_conj first)";
  if (answers_true(array, "is_neg")) return " with its negative bit set (resolve_neg first)";
  if (has_mask(array)) return " with a mask (filled first)";
  const std::string order = text(attribute(attribute(array, "dtype"), "byteorder"));
  if (order == ">")
    return fmt::format(", big-endian (astype(\"{}\") first)", "<" + dtype.substr(1));
  return "";
}

}  // namespace

bool has_mask(const nb::object& array) {
  return std::string_view(nb::type_name(array.type()).c_str()).ends_with("MaskedArray");
}

std::string what_was_found(const nb::object& array) {
  const std::string type = nb::type_name(array.type()).c_str();
  const std::string dtype = text(attribute(array, "dtype"));
  if (dtype.empty()) return type;
  return fmt::format("{} of {}{}", type, dtype, reason(array, dtype));
}

}  // namespace wattention::python
