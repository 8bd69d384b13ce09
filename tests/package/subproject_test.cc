// The sources as a part of another project: add_subdirectory, FetchContent.
#include <fstream>
#include <sstream>

#include "tests/package/outside_project.h"
#include "tests/support/temporary_folder.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

// Stops where polysweep has changed what is the project's own.
constexpr const char* kProject = R"(
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES CXX)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(variables CMAKE_BUILD_TYPE CMAKE_CXX_FLAGS CMAKE_CXX_FLAGS_RELEASE CMAKE_CXX_STANDARD
  CMAKE_RUNTIME_OUTPUT_DIRECTORY CMAKE_CXX_COMPILER_LAUNCHER BUILD_TESTING)
foreach(name ${variables})
  set(before_${name} "${${name}}")
endforeach()
include(FetchContent)
FetchContent_Declare(polysweep SOURCE_DIR ${POLYSWEEP_SOURCE})
FetchContent_MakeAvailable(polysweep)
foreach(name ${variables})
  if(NOT "${before_${name}}" STREQUAL "${${name}}")
    message(FATAL_ERROR "${name} was '${before_${name}}' and is now '${${name}}'")
  endif()
endforeach()
if(TARGET polysweep OR TARGET polysweep_results)
  message(FATAL_ERROR "the programs were not asked for")
endif()
add_executable(descent ${POLYSWEEP_SOURCE}/examples/cpp_experiment/descent.cc)
target_link_libraries(descent PRIVATE polysweep::worker)
)";

}  // namespace

TEST_CASE("a project that fetches polysweep gets the library, and keeps its own settings",
          "[package][slow]") {
  const TemporaryFolder folder;
  folder.write("CMakeLists.txt", kProject);
  build_project(folder.path(), {"-DPOLYSWEEP_SOURCE=" + source_folder().string()});
  CHECK_THAT(must_run({(folder.path() / "build" / "descent").string(), "--schema"}),
             Contains("\"descent\""));
  std::ostringstream commands;
  commands << std::ifstream(folder.path() / "build" / "compile_commands.json").rdbuf();
  CHECK_THAT(commands.str(), Contains("worker_main.cc"));
  CHECK_THAT(commands.str(), !Contains("-Werror"));
}
