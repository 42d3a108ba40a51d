#pragma once
// What the library uses of MPI, as a table that a module of its own fills: mpi.h and libmpi stay in that module, which
// is loaded only where mpirun has started the process (docs/decisions/0018-many-machines.md).
#include <cstdint>

namespace wattention {

struct MpiFunctions {
  std::int64_t bytes;  ///< of this table: another build's module shows
  // One thread makes all these calls. They return 0, or a number that error_text() explains.
  int (*start)(int* rank, int* size);
  int (*send)(const void* memory, int count, int to, int tag, void** request);
  int (*receive)(void* memory, int count, int from, int tag, void** request);
  /// Sets `done` once the request is over, and frees it.
  int (*test)(void* request, int* done);
  int (*stop)();
  void (*error_text)(int error, char* text, int size);
};

/// The module's one symbol.
using MpiEntry = const MpiFunctions* (*)();
inline constexpr const char* mpi_entry = "wattention_mpi_functions";
inline constexpr const char* mpi_module = "libwattention_mpi.so";

}  // namespace wattention
