// The module that is MPI: the only file that includes mpi.h. It holds no logic, and knows nothing of the library.
#include <mpi.h>

#include <algorithm>
#include <string>

#include "cluster/mpi_functions.h"

namespace wattention {
namespace {

int start(int* rank, int* size) {
  int level = 0;
  if (const int error = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level))
    return error;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  return MPI_Comm_size(MPI_COMM_WORLD, size);
}

int send(const void* memory, int count, int to, int tag, void** request) {
  auto* const made = new MPI_Request;
  *request = made;
  return MPI_Isend(memory, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, made);
}

int receive(void* memory, int count, int from, int tag, void** request) {
  auto* const made = new MPI_Request;
  *request = made;
  return MPI_Irecv(memory, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, made);
}

int test(void* request, int* done) {
  auto* const asked = static_cast<MPI_Request*>(request);
  const int error = MPI_Test(asked, done, MPI_STATUS_IGNORE);
  if (*done != 0) delete asked;
  return error;
}

int stop() {
  return MPI_Finalize();
}

void error_text(int error, char* text, int size) {
  char words[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(error, words, &length);
  const int kept = std::min(length, size - 1);
  std::copy_n(words, kept, text);
  text[kept] = '\0';
}

constexpr MpiFunctions functions{
    sizeof(MpiFunctions), start, send, receive, test, stop, error_text};

}  // namespace
}  // namespace wattention

extern "C" __attribute__((visibility("default"))) const wattention::MpiFunctions*
wattention_mpi_functions() {
  return &wattention::functions;
}
