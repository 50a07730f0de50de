# `import ouro;`, for compilers that can: the target ouro::module.
if(CMAKE_VERSION VERSION_LESS 3.28)
  message(FATAL_ERROR "OURO_BUILD_MODULE needs CMake 3.28")
endif()
add_library(ouro_module STATIC)
add_library(ouro::module ALIAS ouro_module)
target_sources(ouro_module PUBLIC FILE_SET CXX_MODULES
  BASE_DIRS ${PROJECT_SOURCE_DIR}/packaging/module FILES ${PROJECT_SOURCE_DIR}/packaging/module/ouro.cppm)
target_link_libraries(ouro_module PUBLIC ouro::ouro)
