#pragma once
// How often this program allocated through operator new, aligned or not.

namespace wattention::cpu_test {

long allocation_count();

}  // namespace wattention::cpu_test
