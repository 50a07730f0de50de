cmake_minimum_required(VERSION 3.23)
project(fetching LANGUAGES CXX)

include(FetchContent)
FetchContent_Declare(ouro SOURCE_DIR ${OURO_SOURCE})
FetchContent_MakeAvailable(ouro)
add_subdirectory(example)
