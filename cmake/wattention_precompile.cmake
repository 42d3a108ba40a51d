# Headers of others, parsed once for many files (docs/decisions/0011-build-time.md). Never headers of ours: to edit
# one would compile everything again. Nor what few files use: each header makes the precompiled one slower to load.
# A source still includes what it uses: the presets dev and clang, and tools/lint, compile without precompiled headers.
set(standard_headers
  <algorithm> <array> <atomic> <bit> <charconv> <cmath> <cstdint> <cstring> <functional> <limits> <map> <memory> <mutex>
  <numeric> <optional> <span> <string> <string_view> <utility> <vector> <fmt/format.h>)

# wattention_precompile(name HEADERS <a> ... [LIBRARIES ...] [PROGRAM])
# wattention_precompiled_NAME, for `target_precompile_headers(target REUSE_FROM ...)`: the compiler takes it only
# for files with the same flags. PROGRAM: for executables, which are compiled with -fPIE instead of -fPIC.
function(wattention_precompile name)
  cmake_parse_arguments(ARG "PROGRAM" "" "HEADERS;LIBRARIES" ${ARGN})
  set(target wattention_precompiled_${name})
  set(source ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// CMake hangs the precompiled header on a source.\n")
  add_library(${target} OBJECT ${source})
  target_link_libraries(${target} PRIVATE wattention_flags ${ARG_LIBRARIES})
  if(ARG_PROGRAM)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
  endif()
  target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
endfunction()
