# Headers, what find_package and pkg-config read, and what shows the library in debuggers. All of it under share/: nothing depends on the architecture.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/ouro)

# INCLUDES DESTINATION serves consumers with a CMake that knows no file sets.
install(TARGETS ouro ouro_gdb EXPORT ouro-targets
  FILE_SET HEADERS COMPONENT dev
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT ouro-targets NAMESPACE ouro:: DESTINATION ${package_dir} COMPONENT dev)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ouro-config.cmake.in ouro-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(ouro-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ouro-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/ouro-config-version.cmake
  DESTINATION ${package_dir} COMPONENT dev)

configure_file(${CMAKE_CURRENT_LIST_DIR}/ouro.pc.in ouro.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ouro.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig COMPONENT dev)

set(debuggers ${PROJECT_SOURCE_DIR}/packaging/debuggers)
install(DIRECTORY ${debuggers}/gdb ${debuggers}/lldb DESTINATION ${package_dir} COMPONENT dev FILES_MATCHING PATTERN "*.py")
install(FILES ${gdb_script_source} DESTINATION ${package_dir}/gdb COMPONENT dev)
install(FILES ${debuggers}/ouro.natvis DESTINATION ${package_dir}/natvis COMPONENT dev)
target_sources(ouro_gdb INTERFACE $<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${package_dir}/gdb/ouro_gdb_script.cpp>)
if(OURO_INCLUDE_NATVIS)
  target_sources(ouro INTERFACE $<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${package_dir}/natvis/ouro.natvis>)
endif()

# DEB and TGZ: `cpack -G DEB`. Whoever embeds the library packs for himself.
if(PROJECT_IS_TOP_LEVEL)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libouro-dev RENAME copyright COMPONENT dev)
  set(CPACK_COMPONENTS_ALL dev)
  set(CPACK_PACKAGE_CONTACT "The ouro authors")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_DEBIAN_PACKAGE_NAME libouro-dev)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  include(CPack)
endif()
