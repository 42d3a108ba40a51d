#pragma once
// The ways this machine can compute: every ISA it runs, with one and two threads.
#include <gtest/gtest.h>
#include <wattention/error.h>

#include <string>
#include <vector>

#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole {

inline const char* isa_name(Isa isa) {
  return isa == Isa::scalar   ? "scalar"
         : isa == Isa::avx2   ? "avx2"
         : isa == Isa::avx512 ? "avx512"
                              : "best";
}

inline std::vector<Isa> vector_isas() {
  std::vector<Isa> here;
  for (const Isa isa : {Isa::avx2, Isa::avx512}) {
    try {
      here.push_back(resolve_isa(isa));
    } catch (const Error&) {  // not on this machine
    }
  }
  return here;
}

inline std::vector<HostOptions> hosts() {
  std::vector<HostOptions> all = {{1, Isa::scalar}, {2, Isa::scalar}};
  for (const Isa isa : vector_isas()) {
    all.push_back({1, isa});
    all.push_back({2, isa});
  }
  return all;
}

inline std::string host_name(const testing::TestParamInfo<HostOptions>& info) {
  return std::string(isa_name(info.param.isa)) +
         (info.param.threads == 1 ? "_one_thread" : "_two_threads");
}

}  // namespace wattention::wormhole
