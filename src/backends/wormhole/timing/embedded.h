#pragma once
// The data files as the program carries them.
#include <string_view>

namespace wattention::wormhole {

std::string_view embedded_n150d_timing();
std::string_view embedded_p150_timing();
std::string_view embedded_host_xeon();
std::string_view embedded_gemm();
std::string_view embedded_exp_dram();
std::string_view embedded_exp_l1();
std::string_view embedded_noc();
std::string_view embedded_small_ops();
std::string_view embedded_products();
std::string_view embedded_n150d_power();

}  // namespace wattention::wormhole
