#include <wattention/nn.h>

namespace wattention {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, Generator& generator)
    : weight_(linear_weight(in_features, out_features, generator)) {}

Tensor Linear::operator()(const Tensor& input) const {
  return linear(input, weight_);
}

}  // namespace wattention
