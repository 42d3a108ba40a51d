#include "cluster/mpi_library.h"

#include <dlfcn.h>

#include "base/fail.h"

namespace wattention {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
  fail(ErrorKind::absent, "[cluster] expected {} for the ranks that mpirun started; found {} ({})",
       mpi_module, reason, WATTENTION_MPI_STATE);
}

}  // namespace

const MpiFunctions& load_mpi() {
  // Global: Open MPI's own modules look for its symbols.
  void* const library = dlopen(mpi_module, RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) refuse(dlerror());
  const auto entry = reinterpret_cast<MpiEntry>(dlsym(library, mpi_entry));
  if (entry == nullptr || entry()->bytes != sizeof(MpiFunctions)) refuse("another version's");
  return *entry();
}

}  // namespace wattention
