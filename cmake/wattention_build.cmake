# Language level, warnings and sanitizers for all our targets, and the functions that define them.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(wattention_flags INTERFACE)
target_compile_options(wattention_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wpedantic
  $<$<BOOL:${WATTENTION_WERROR}>:-Werror>
  # Contraction would let a compiler fuse a*b+c as it likes: results must not depend on the compiler.
  -ffp-contract=off)
# Where speed does not matter, libstdc++ checks indices, empty containers and optionals.
if(WATTENTION_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(wattention_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(WATTENTION_SANITIZE)
  target_compile_options(wattention_flags INTERFACE
    -fsanitize=${WATTENTION_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(wattention_flags INTERFACE -fsanitize=${WATTENTION_SANITIZE})
endif()
if(WATTENTION_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "libFuzzer needs Clang: use the preset `fuzz`")
  endif()
  target_compile_options(wattention_flags INTERFACE -fsanitize=fuzzer-no-link)  # coverage in our code
endif()

# For what spends no time of its own: text, options, comparisons of tests. Half the time to compile. Kernels,
# generators and models keep the build type's own level.
add_library(wattention_light INTERFACE)
target_compile_options(wattention_light INTERFACE $<$<CONFIG:Release>:-O1>)
# wattention_light_sources(files...): the same for some files of a layer.
function(wattention_light_sources)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O1>)
endfunction()

include(wattention_precompile)
wattention_precompile(layer HEADERS ${standard_headers} LIBRARIES fmt::fmt Threads::Threads)

# wattention_layer(name SOURCES a.cpp ... LAYERS tensor base ... [PACKAGES fmt::fmt ...] [PRECOMPILED layer])
# A layer is an object library that may include only the layers named here.
function(wattention_layer name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "SOURCES;LAYERS;PACKAGES" ${ARGN})
  if(NOT ARG_PRECOMPILED)
    set(ARG_PRECOMPILED layer)
  endif()
  add_library(wattention_${name} OBJECT ${ARG_SOURCES})
  target_precompile_headers(wattention_${name} REUSE_FROM wattention_precompiled_${ARG_PRECOMPILED})
  target_include_directories(wattention_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_link_libraries(wattention_${name} PRIVATE wattention_flags PUBLIC ${ARG_PACKAGES})
  foreach(layer IN LISTS ARG_LAYERS)
    target_link_libraries(wattention_${name} PUBLIC wattention_${layer})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY WATTENTION_LAYERS wattention_${name})
endfunction()

# wattention_isa(flags... SOURCES files...): files that only run after a CPU check get their ISA's flags.
function(wattention_isa)
  cmake_parse_arguments(ARG "" "" "SOURCES;FLAGS" ${ARGN})
  # A precompiled header belongs to its flags, and its inline functions to everyone: not for these files.
  set_source_files_properties(${ARG_SOURCES} PROPERTIES COMPILE_OPTIONS "${ARG_FLAGS}" SKIP_PRECOMPILE_HEADERS ON)
endfunction()
