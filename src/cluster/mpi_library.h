#pragma once
// Loads the module that is MPI.
#include "cluster/mpi_functions.h"

namespace wattention {

/// As the system's loader finds it: LD_LIBRARY_PATH, the program's run path, the system's folders. It stays loaded.
/// Throws Error{absent} with the reason.
const MpiFunctions& load_mpi();

}  // namespace wattention
