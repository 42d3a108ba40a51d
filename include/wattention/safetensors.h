#pragma once
// Files of named tensors, as model hubs keep them: huggingface.co/docs/safetensors describes the format.
#include <wattention/tensor.h>

#include <map>
#include <string>

namespace wattention {

using NamedTensors = std::map<std::string, Tensor, std::less<>>;

/// Reads all tensors of a file: F64, F32, BF16, F16, U32, I32, U16, U8 and BOOL (as uint8), each as it lies there.
/// Throws Error{absent} when there is no such file, Error{bad_input} for other content (other dtypes, a damaged or
/// hostile header), Error{io} when reading fails and Error{out_of_memory} when it is larger than this machine's memory.
NamedTensors load_safetensors(const std::string& path);

}  // namespace wattention
