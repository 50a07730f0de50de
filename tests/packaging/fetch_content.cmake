cmake_minimum_required(VERSION 3.23)
project(fetching LANGUAGES CXX)

# --8<-- [start:use]
include(FetchContent)
FetchContent_Declare(ouro SOURCE_DIR ${OURO_SOURCE})
FetchContent_MakeAvailable(ouro)
# --8<-- [end:use]
add_subdirectory(example)
