// A rank of another version, for the test of what the others say then.
#include <unistd.h>

#include "cluster/mpi_library.h"
#include "cluster/state.h"

int main() {
  using namespace wattention;
  Courier courier(load_mpi(), 30);
  gather_words(courier, "0.0.1\nanother host", {});
  sleep(30);  // the others end it
}
