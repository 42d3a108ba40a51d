# The one library that users link: all layers' objects, the public headers, the package files.
get_property(layers GLOBAL PROPERTY WATTENTION_LAYERS)
set(objects)
foreach(layer IN LISTS layers)
  list(APPEND objects $<TARGET_OBJECTS:${layer}>)
endforeach()

add_library(wattention ${objects})
add_library(wattention::wattention ALIAS wattention)
target_compile_features(wattention PUBLIC cxx_std_20)
target_include_directories(wattention PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# No public header needs these: users only link them.
target_link_libraries(wattention PRIVATE $<BUILD_INTERFACE:wattention_flags> fmt::fmt Threads::Threads
                                         ${CMAKE_DL_LIBS})
set_target_properties(wattention PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0 LINKER_LANGUAGE CXX)
