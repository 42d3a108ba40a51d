#pragma once
// What mpirun says of this process in its environment. Nothing of MPI is needed to read it.
#include "base/processors.h"

namespace wattention {

/// One of several processes that were started together; started alone it is rank 0 of 1.
struct Launch {
  int rank = 0, size = 1;
  int ranks_here = 1;  ///< of these on this machine
};

/// Open MPI's OMPI_COMM_WORLD_RANK, _SIZE and _LOCAL_SIZE.
Launch launch();

/// Threads of this process, when so many ranks share the `processors` of a machine and nobody named a number: none
/// takes more than its part.
ThreadCount among_ranks(ThreadCount threads, double processors, int ranks_here);

}  // namespace wattention
