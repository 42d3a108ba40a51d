// A rank of another version, for the test of what the others say then; or with a word one that stops, or leaves, where
// all should end together.
#include <unistd.h>
#include <csignal>
#include <string_view>

#include "cluster/mpi_library.h"
#include "cluster/state.h"

int main(int count, char** words) {
  using namespace wattention;
  if (const std::string_view word = count > 1 ? words[1] : ""; !word.empty()) {
    Courier courier(load_mpi(), 2);
    if (word == "stops") raise(SIGSTOP);
    return 0;
  }
  Courier courier(load_mpi(), 30);
  gather_words(courier, "0.0.1\nanother host", {});
  sleep(30);  // the others end it
}
