# Flags of our own code, and the tools that make building quick. A project that adds
# this one by add_subdirectory or FetchContent keeps its own build type and flags.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
  endif()
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
  set(CMAKE_CXX_FLAGS_RELEASE "-O2")
  # Quick to compile: -Og takes a seventh less processor time than -O1, which takes a third
  # less than Release. What computes (the experiments with LibTorch) is optimised as in
  # Release; bench/ measures Release.
  set(CMAKE_CXX_FLAGS_QUICK "-Og")
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # A compiler that frees no memory until it has used 1 GB is faster by a twentieth.
    string(APPEND CMAKE_CXX_FLAGS_QUICK " --param ggc-min-heapsize=1000000")
  endif()
endif()

find_program(POLYSWEEP_CCACHE ccache)
if(POLYSWEEP_CCACHE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${POLYSWEEP_CCACHE})
endif()

# Link this to every target of ours.
add_library(polysweep_settings INTERFACE)
target_compile_features(polysweep_settings INTERFACE cxx_std_20)
target_compile_options(polysweep_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${POLYSWEEP_WERROR}>:-Werror>
  # Option structs have defaults: to give the first members alone is their use.
  -Wno-missing-field-initializers
  # Precompiled headers and sanitizers make these two cry wolf on GCC 12.
  -Wno-maybe-uninitialized -Wno-restrict -fno-fast-math -ffp-contract=off)
target_include_directories(polysweep_settings INTERFACE ${PROJECT_SOURCE_DIR})
if(POLYSWEEP_UNITS)
  # A file that is included into a unit is still a source file: what it keeps to
  # itself may have members with names that it keeps to itself.
  target_compile_options(polysweep_settings INTERFACE -Wno-subobject-linkage)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(polysweep_settings INTERFACE -Wno-unknown-warning-option)
endif()
if(POLYSWEEP_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "POLYSWEEP_FUZZ needs clang: cmake --preset fuzz")
  endif()
  target_compile_options(polysweep_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(POLYSWEEP_SANITIZE)
  target_compile_options(polysweep_settings INTERFACE -fsanitize=${POLYSWEEP_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(polysweep_settings INTERFACE -fsanitize=${POLYSWEEP_SANITIZE})
endif()

include(${CMAKE_CURRENT_LIST_DIR}/units.cmake)

# One precompiled header for the standard library, fmt and JSON, made once and
# used by every target that calls polysweep_precompiled(). Reading those headers
# was nine tenths of compiling a file.
function(polysweep_precompiled target)
  if(NOT TARGET polysweep_precompiled_headers)
    add_library(polysweep_precompiled_headers OBJECT ${PROJECT_SOURCE_DIR}/cmake/precompiled.cc)
    target_link_libraries(polysweep_precompiled_headers PRIVATE
      polysweep_settings fmt::fmt nlohmann_json::nlohmann_json)
    target_precompile_headers(polysweep_precompiled_headers PRIVATE
      <cmake/precompiled.h>)
  endif()
  target_link_libraries(${target} PRIVATE
    fmt::fmt $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
  target_precompile_headers(${target} REUSE_FROM polysweep_precompiled_headers)
  polysweep_units(${target})
endfunction()
