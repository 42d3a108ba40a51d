#include <wattention/nn.h>

#include "base/fail.h"

namespace wattention {

std::string_view to_string(Variant variant) {
  switch (variant) {
    case Variant::reference: return "reference";
    case Variant::naive: return "naive";
    case Variant::resident: return "resident";
    case Variant::fused: return "fused";
  }
  return "?";
}

Variant parse_variant(std::string_view word) {
  for (const Variant variant :
       {Variant::reference, Variant::naive, Variant::resident, Variant::fused})
    if (word == to_string(variant)) return variant;
  fail(ErrorKind::bad_input,
       "[variant] expected one of reference, naive, resident, fused; found '{}'", word);
}

}  // namespace wattention
