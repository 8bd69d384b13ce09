# Everything comes from Debian 12's packages (the list is in ./dev); newer
# versions work too. LibTorch alone is found through CMAKE_PREFIX_PATH.
#
# The public library. What it links is found again by cmake/polysweepConfig.cmake.in.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)

if(NOT POLYSWEEP_PROGRAMS)
  return()
endif()

find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(SQLite3 REQUIRED)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(RE2 REQUIRED re2)
# Without its flag -pthread, which would not go with our precompiled headers.
add_library(re2_system INTERFACE)
target_include_directories(re2_system SYSTEM INTERFACE ${RE2_INCLUDE_DIRS})
target_link_libraries(re2_system INTERFACE ${RE2_LINK_LIBRARIES} Threads::Threads)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
set(CURSES_NEED_WIDE ON)
find_package(Curses REQUIRED)

if(POLYSWEEP_TESTS)
  find_path(CATCH2_V2_INCLUDE catch2/catch.hpp)
  find_package(Catch2 QUIET)
  find_path(RAPIDCHECK_INCLUDE rapidcheck.h)
  find_library(RAPIDCHECK_LIBRARY rapidcheck)
  if((NOT CATCH2_V2_INCLUDE AND NOT Catch2_FOUND) OR NOT RAPIDCHECK_INCLUDE)
    # The programs need neither: who only wants to run a sweep gets them without.
    message(STATUS "Catch2 or RapidCheck is not installed: the tests are left out")
    set(POLYSWEEP_TESTS OFF)
  endif()
endif()

if(POLYSWEEP_TORCH)
  find_package(Torch 1.13 REQUIRED)
  add_library(torch_system INTERFACE)
  target_include_directories(torch_system SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(torch_system INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(POLYSWEEP_TORCH_FLAGS NATIVE_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(torch_system INTERFACE ${POLYSWEEP_TORCH_FLAGS})
endif()
