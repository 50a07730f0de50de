cmake_minimum_required(VERSION 3.23)
project(adding LANGUAGES CXX)

# CPM is a file on GitHub, and in no registry. The source package of CoolProp on PyPI has it: 0.40.7, as it is.
set(package ${CMAKE_BINARY_DIR}/coolprop-8.0.0)
file(DOWNLOAD
  https://files.pythonhosted.org/packages/be/6a/ca9362a1b25deac369b596b07a828b5a416d6c92ffa1e37048b40b0d0b05/coolprop-8.0.0.tar.gz
  ${package}.tar.gz EXPECTED_HASH SHA256=fb77fff0acf1623a25eb84963020b4f9d0b36d9431a8d8ae4221271effc30457)
file(ARCHIVE_EXTRACT INPUT ${package}.tar.gz DESTINATION ${CMAKE_BINARY_DIR} PATTERNS */CPM.cmake)
include(${package}/cmake/CPM.cmake)

# --8<-- [start:use]
CPMAddPackage(NAME ouro VERSION ${OURO_VERSION} GIT_REPOSITORY ${OURO_REPOSITORY})
# --8<-- [end:use]
add_subdirectory(example)
