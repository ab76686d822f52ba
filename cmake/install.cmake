# SPDX-License-Identifier: Apache-2.0
# Installs the library so that find_package(clgn) and pkg-config find it, wherever the folder is moved to.
install(TARGETS clgn EXPORT clgnTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/clgn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

install(FILES share/clgn-tuning.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/clgn)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/clgn)
install(EXPORT clgnTargets NAMESPACE clgn:: DESTINATION ${package_dir})
configure_package_config_file(cmake/clgnConfig.cmake.in clgnConfig.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may break the interface.
write_basic_package_version_file(clgnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/clgnConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/clgnConfigVersion.cmake
    DESTINATION ${package_dir})

# The .pc file names its prefix by the way from its own folder, so that it moves with it.
file(RELATIVE_PATH pc_to_prefix
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/clgn.pc.in clgn.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/clgn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
