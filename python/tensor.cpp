#include <nanobind/ndarray.h>
#include <wattention/error.h>
#include <wattention/format.h>
#include <wattention/ops.h>
#include <wattention/sharding.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "array_refusal.h"
#include "base/fail.h"
#include "binding.h"
#include "tensor/elements.h"
#include "tensor/storage.h"

namespace wattention::python {
namespace {

using SharedArray = nb::ndarray<nb::c_contig, nb::device::cpu>;
using ReadOnlyArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

constexpr nb::dlpack::dtype bf16_type{static_cast<std::uint8_t>(nb::dlpack::dtype_code::Bfloat), 16,
                                      1};
constexpr nb::dlpack::dtype f16_type{static_cast<std::uint8_t>(nb::dlpack::dtype_code::Float), 16,
                                     1};
constexpr nb::dlpack::dtype bits_type{static_cast<std::uint8_t>(nb::dlpack::dtype_code::UInt), 16,
                                      1};

nb::dlpack::dtype dlpack_type(DType dtype) {
  return with_element_type(dtype, []<class Element>(Element) {
    if constexpr (std::is_same_v<Element, bfloat16>)
      return bf16_type;
    else if constexpr (std::is_same_v<Element, float16>)
      return f16_type;
    else
      return nb::dtype<Element>();
  });
}

std::optional<DType> dtype_in(nb::dlpack::dtype type) {
  for (const DType dtype : all_dtypes)
    if (!is_block(dtype) && type == dlpack_type(dtype)) return dtype;
  return std::nullopt;
}

template <class Array>
Shape shape_in(const Array& array) {
  Sizes sizes(array.ndim());
  for (std::size_t i = 0; i < sizes.size(); ++i)
    sizes[i] = static_cast<std::int64_t>(array.shape(i));
  return shape_of(sizes);
}

// The array is kept as long as a tensor over its bytes; the last one may die in a thread without the GIL.
template <class Array>
Tensor borrowed(const Array& array, DType dtype) {
  if (array.size() == 0) return Tensor::empty(shape_in(array), dtype);
  auto drop = [](void* kept) {
    const nb::gil_scoped_acquire gil;
    delete static_cast<Array*>(kept);
  };
  return Tensor::borrow(const_cast<void*>(static_cast<const void*>(array.data())), shape_in(array),
                        dtype, std::shared_ptr<void>(new Array(array), drop));
}

[[noreturn]] void refuse(const nb::object& array, bool bits) {
  fail(ErrorKind::bad_input, "[{}] expected a CPU array of {}; found {}", bits ? "bits" : "tensor",
       bits ? "uint16" : "float32, float64, bfloat16, float16, uint32, int32, uint16 or uint8",
       what_was_found(array));
}

Tensor from_array(const nb::object& array, std::optional<DType> bits_as) {
  const auto dtype_from = [&](nb::dlpack::dtype type) {
    return bits_as && type == bits_type ? bits_as : bits_as ? std::nullopt : dtype_in(type);
  };
  if (has_mask(array))
    refuse(array, bits_as.has_value());  // its values would count as they lie there
  SharedArray shared;
  if (nb::try_cast(array, shared) && shared.is_valid())
    if (const auto dtype = dtype_from(shared.dtype())) return borrowed(shared, *dtype);
  ReadOnlyArray read_only;  // copied: a tensor can be written to
  if (nb::try_cast(array, read_only) && read_only.is_valid())
    if (const auto dtype = dtype_from(read_only.dtype()))
      return borrowed(read_only, *dtype).clone();
  refuse(array, bits_as.has_value());
}

nb::object array_of_lists(const nb::object& lists) {
  try {
    return nb::module_::import_("numpy").attr("array")(lists, nb::arg("dtype") = "float32");
  } catch (const nb::python_error& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    fail(ErrorKind::bad_input, "[tensor] expected numbers in lists of equal lengths; found: {}",
         nb::str(error.value()).c_str());
  }
}

Tensor from_object(nb::object array) {
  if (nb::isinstance<nb::list>(array) || nb::isinstance<nb::tuple>(array))
    array = array_of_lists(array);
  if (nb::hasattr(array, "detach"))
    array = array.attr("detach")();  // torch: leave autograd's graph
  // torch: a lazy negation is a bit beside the values, which DLPack does not carry.
  if (nb::hasattr(array, "resolve_neg")) array = array.attr("resolve_neg")();
  return from_array(array, std::nullopt);
}

void* bytes_of(const Tensor& tensor) {
  return with_element_type(tensor.dtype(), [&]<class Element>(Element) -> void* {
    return const_cast<Element*>(tensor.values<Element>().data());
  });
}

// An array over the tensor's bytes; `owner` keeps them.
template <class Framework>
nb::object array_over(const Tensor& tensor, nb::dlpack::dtype type, nb::handle owner) {
  std::vector<std::size_t> sizes(tensor.shape().sizes().begin(), tensor.shape().sizes().end());
  return nb::cast(nb::ndarray<Framework>(bytes_of(tensor), sizes.size(), sizes.data(), owner,
                                         nullptr, type, nb::device::cpu::value, 0),
                  nb::rv_policy::reference);
}

// Elements of the block formats stand as the bf16 that they are.
bool stands_as_bf16(DType dtype) {
  return dtype == DType::bf16 || is_block(dtype);
}

nb::object numpy_over(const nb::object& self) {
  const auto& tensor = nb::cast<const Tensor&>(self);
  if (!stands_as_bf16(tensor.dtype()))
    return array_over<nb::numpy>(tensor, dlpack_type(tensor.dtype()), self);
  const nb::object wide = nb::cast(tensor.to(DType::f32));
  return array_over<nb::numpy>(nb::cast<const Tensor&>(wide), nb::dtype<float>(), wide);
}

nb::object to_numpy(const nb::object& self, const nb::object& dtype, const nb::object& copy) {
  const bool is_copy = stands_as_bf16(nb::cast<const Tensor&>(self).dtype());
  if (is_copy && copy.ptr() == Py_False)
    throw nb::value_error(
        "[tensor] expected copy of None or True, as NumPy has no bfloat16; found False");
  nb::object array = numpy_over(self);
  if (!dtype.is_none()) array = array.attr("astype")(dtype, nb::arg("copy") = false);
  return copy.ptr() == Py_True && !is_copy ? array.attr("copy")() : array;
}

nb::object to_dlpack(const nb::object& self, const nb::kwargs& options) {
  const auto& tensor = nb::cast<const Tensor&>(self);
  const nb::object array = array_over<nb::array_api>(tensor, dlpack_type(tensor.dtype()), self);
  return array.attr("__dlpack__")(**options);
}

nb::object bits_over(const nb::object& self) {
  const auto& tensor = nb::cast<const Tensor&>(self);
  expect(stands_as_bf16(tensor.dtype()), "[bits] expected a bf16 tensor; found {}",
         to_string(tensor.dtype()));
  return array_over<nb::numpy>(tensor, bits_type, self);
}

std::string text_of(const Tensor& tensor) {
  if (tensor.on_host()) return format_torch(tensor);
  return fmt::format("<wattention.Tensor {} {} on {} {} in {} layout>", tensor.shape().text(),
                     to_string(tensor.dtype()), tensor.device_name(), to_string(tensor.memory()),
                     to_string(tensor.layout()));
}

constexpr const char* tensor_doc =
    "A shape, a dtype (\"f32\", \"f64\", \"bf16\", \"f16\", \"uint32\", \"int32\", \"uint16\", "
    "\"uint8\") "
    "and values, "
    "on the host or on a device.\n\n"
    "Tensor(array) shares the memory of a C-contiguous CPU array of NumPy, torch or anything with "
    "DLPack, so a change\n"
    "of the array shows in the tensor. Other orders and read-only arrays are copied. Nested lists "
    "become f32.\n"
    "numpy.asarray(t), torch.from_dlpack(t) and t.numpy() give the values back. NumPy has no "
    "bfloat16: there, bf16 comes out\n"
    "as float32 (exact, a copy), and t.bits() is the same memory as uint16.";

void bind_operators(nb::class_<Tensor>& type) {
  type.def(
          "__matmul__", [](const Tensor& a, const Tensor& b) { return matmul(a, b); },
          nb::is_operator(), ReleaseGil())
      .def(
          "__mul__", [](const Tensor& a, const Tensor& b) { return multiply(a, b); },
          nb::is_operator(), ReleaseGil())
      .def(
          "__mul__", [](const Tensor& a, double b) { return multiply(a, b); }, nb::is_operator(),
          ReleaseGil())
      .def(
          "__rmul__", [](const Tensor& a, double b) { return multiply(a, b); }, nb::is_operator(),
          ReleaseGil())
      .def(
          "__truediv__", [](const Tensor& a, double b) { return divide(a, b); }, nb::is_operator(),
          ReleaseGil())
      .def(
          "__add__", [](const Tensor& a, const Tensor& b) { return add(a, b); }, nb::is_operator(),
          ReleaseGil())
      .def(
          "__sub__", [](const Tensor& a, const Tensor& b) { return subtract(a, b); },
          nb::is_operator(), ReleaseGil());
}

void bind_attributes(nb::class_<Tensor>& type) {
  type.def_prop_ro(
          "shape", [](const Tensor& tensor) { return tuple_of(tensor.shape()); },
          "Sizes, outermost first.")
      .def_prop_ro(
          "dtype", [](const Tensor& tensor) { return to_string(tensor.dtype()); },
          "\"f64\", \"f32\", \"bf16\", \"f16\", \"uint32\", \"int32\", \"uint16\", \"uint8\".")
      .def_prop_ro(
          "layout", [](const Tensor& tensor) { return to_string(tensor.layout()); },
          "\"row_major\", \"tile\".")
      .def_prop_ro(
          "memory", [](const Tensor& tensor) { return to_string(tensor.memory()); },
          "\"host\", \"dram\", \"l1\".")
      .def_prop_ro(
          "sharding",
          [](const Tensor& tensor) -> std::optional<std::string> {
            if (tensor.sharding() == nullptr) return std::nullopt;
            return to_string(*tensor.sharding());
          },
          "Its shards, like \"height:64x32:0,0-7,3\"; None where its pages go round all banks.")
      .def_prop_ro("device", &Tensor::device_name,
                   "\"cpu\", or the name of the device that holds it.")
      .def_prop_ro("on_host", &Tensor::on_host, "True when its values can be read here.")
      .def_prop_ro("ndim", &Tensor::rank)
      .def_prop_ro("size", &Tensor::numel, "Number of elements.");
}

void bind_arrays(nb::class_<Tensor>& type) {
  type.def("__array__", to_numpy, nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none())
      .def("__dlpack__", to_dlpack)
      .def("__dlpack_device__", [](nb::handle) { return std::pair(nb::device::cpu::value, 0); })
      .def("numpy", numpy_over, "A NumPy array over the same memory; bf16: a float32 copy.")
      .def("bits", bits_over, "A bf16 tensor's memory as a uint16 array, shared.")
      .def_static(
          "from_bits", [](const nb::object& bits) { return from_array(bits, DType::bf16); },
          nb::arg("bits"), "A bf16 tensor over a uint16 array, shared.")
      .def(
          "to",
          [](const Tensor& tensor, std::string_view dtype) {
            return tensor.to(parse_dtype(dtype));
          },
          nb::arg("dtype"), ReleaseGil(),
          "The tensor in another dtype, rounded to nearest even. It is the tensor itself where the "
          "dtype is the same.")
      .def(
          "view",
          [](const Tensor& tensor, const Sizes& shape) { return tensor.view(shape_of(shape)); },
          nb::arg("shape"), "The same elements under another shape, shared.")
      .def("clone", &Tensor::clone, ReleaseGil(), "A host copy that shares nothing.")
      .def(
          "shares_memory",
          [](const Tensor& tensor, const Tensor& other) {
            return tensor.storage() == other.storage();
          },
          nb::arg("other"), "True for a tensor and its views.");
}

// NumPy's arrays know how to be pickled: out of band, where the protocol can. bf16 and blocks go as patterns.
nb::tuple state_of(const nb::object& self) {
  const auto& tensor = nb::cast<const Tensor&>(self);
  if (tensor.storage()->backend() != nullptr)
    fail(ErrorKind::unsupported,
         "[pickle] expected a tensor on the host; found one on {} (to_host first)",
         tensor.device_name());
  const bool as_bits = stands_as_bf16(tensor.dtype());
  return nb::make_tuple(to_string(tensor.dtype()), as_bits ? bits_over(self) : numpy_over(self));
}

Tensor tensor_from_state(const nb::tuple& state) {
  const DType dtype = parse_dtype(nb::cast<std::string>(state[0]));
  return from_array(state[1], stands_as_bf16(dtype) ? std::optional(dtype) : std::nullopt);
}

void bind_copies(nb::class_<Tensor>& type) {
  type.def("__getstate__", state_of)
      .def("__setstate__",
           [](Tensor& self, const nb::tuple& state) {
             new (&self) Tensor(tensor_from_state(state));
           })
      .def("__copy__", [](const Tensor& tensor) { return tensor; })
      .def("__deepcopy__", [](const nb::object& self, const nb::dict&) {
        state_of(self);  // refuses what has no values here
        return nb::cast<const Tensor&>(self).clone();
      });
}

}  // namespace

nb::tuple tuple_of(const Shape& shape) {
  nb::list sizes;
  for (const std::int64_t size : shape.sizes()) sizes.append(size);
  return nb::tuple(sizes);
}

Tensor tensor_of(const nb::object& array) {
  return nb::isinstance<Tensor>(array) ? nb::cast<Tensor>(array) : from_object(array);
}

void bind_tensor(nb::module_& module) {
  nb::class_<Tensor> type(module, "Tensor", tensor_doc);
  type.def(
          "__init__",
          [](Tensor* self, const nb::object& array) { new (self) Tensor(tensor_of(array)); },
          nb::arg("array").none())
      .def("__repr__", text_of)
      .def("__len__", [](const Tensor& tensor) { return tensor.size(0); });
  bind_attributes(type);
  bind_arrays(type);
  bind_copies(type);
  bind_operators(type);
  module.def(
      "empty",
      [](const Sizes& shape, std::string_view dtype) {
        return Tensor::empty(shape_of(shape), parse_dtype(dtype));
      },
      nb::arg("shape"), nb::arg("dtype") = "f32", "A host tensor without initial values.");
  module.def(
      "zeros",
      [](const Sizes& shape, std::string_view dtype) {
        return Tensor::zeros(shape_of(shape), parse_dtype(dtype));
      },
      nb::arg("shape"), nb::arg("dtype") = "f32", ReleaseGil(), "A host tensor of zeros.");
}

}  // namespace wattention::python
