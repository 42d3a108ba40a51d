#pragma once
// How often this program allocated through operator new, aligned or not.

namespace wattention::cpu_test {

long allocation_count();
/// False in builds with a sanitizer, whose operator new stays.
bool counts_allocations();

}  // namespace wattention::cpu_test
