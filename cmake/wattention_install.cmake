# What `cmake --install` lays down: the library, its headers, the CMake package and wattention.pc.
# Everything is found relative to the package files, so that an installed tree may be moved.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/wattention)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS wattention EXPORT wattentionTargets)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.inc")
install(EXPORT wattentionTargets NAMESPACE wattention:: DESTINATION ${package_dir})

configure_package_config_file(cmake/wattentionConfig.cmake.in wattentionConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(wattentionConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wattentionConfig.cmake ${PROJECT_BINARY_DIR}/wattentionConfigVersion.cmake
  DESTINATION ${package_dir})

# A static library brings its own needs to the link line; a shared one has them inside.
if(BUILD_SHARED_LIBS)
  set(pc_needs "Requires.private: fmt\nLibs.private: -pthread")
else()
  set(pc_libs " -pthread")
  set(pc_needs "Requires: fmt")
endif()
file(RELATIVE_PATH pc_prefix /prefix/${pkgconfig_dir} /prefix)
configure_file(cmake/wattention.pc.in wattention.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/wattention.pc DESTINATION ${pkgconfig_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
