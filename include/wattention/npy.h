#pragma once
// NumPy's .npy files, in and out.
#include <wattention/tensor.h>

#include <string>

namespace wattention {

/// Reads one array: f32 as f32, f16 widened to f32, f64 as f64 (round with Tensor::to), u8, u16, i32, u32 as they are;
/// either byte order, C or Fortran order, format versions 1 to 3. Throws Error{absent} when there is no such file,
/// Error{bad_input} for any other content (other integers, structures, trailing bytes, a damaged or hostile header),
/// Error{io} when reading fails and Error{out_of_memory} when the array is larger than this machine's memory.
Tensor load_npy(const std::string& path);

/// Writes version 1, little endian, C order: '<f4' for f32 and for bf16 (every bf16 is an f32), else the dtype's own.
/// The file appears whole or not at all; an older file stays until then. Throws Error{io}.
void save_npy(const std::string& path, const Tensor& tensor);

}  // namespace wattention
