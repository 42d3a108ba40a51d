#pragma once
// A place in the stream that a generator makes by one randn() after the other.
#include <wattention/random.h>

namespace wattention {

/// As if `count` tensors of the shape were drawn, from a fresh seed on; in a time that grows with log(count). Throws
/// Error{bad_input} where their values are too many.
void skip_tensors(Generator& generator, const Shape& shape, std::int64_t count);

}  // namespace wattention
