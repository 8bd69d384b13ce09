# What `cmake --install` puts in place, in three components:
#   polysweep         the program, a worker with the experiments that need no LibTorch,
#                     shell completion, manual page, documents and example sweeps
#   polysweep-worker  the built-in worker, where it was built with LibTorch
#   polysweep-dev     the public library: headers, archive, CMake package, C++ examples
include(CMakePackageConfigHelpers)

# The headers that <polysweep/worker.h> includes, directly or not. A header that is
# missing here fails the test of the installed package.
set(POLYSWEEP_PUBLIC_HEADERS
  framework/core/error.h
  framework/core/file_system.h
  framework/core/provenance.h
  framework/core/random_stream.h
  framework/sweep/command_spec.h
  framework/sweep/data_files.h
  framework/sweep/experiment.h
  framework/sweep/parameters.h
  framework/sweep/trial.h
  framework/sweep/value.h
  framework/sweep/word_template.h
  framework/worker/experiment_table.h
  framework/worker/worker_main.h)
foreach(header ${POLYSWEEP_PUBLIC_HEADERS})
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${PROJECT_SOURCE_DIR}/${header}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/polysweep/${folder} COMPONENT polysweep-dev)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/framework/worker/include/polysweep/worker.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/polysweep COMPONENT polysweep-dev)

set(POLYSWEEP_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/polysweep)
install(TARGETS polysweep_worker EXPORT polysweepTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT polysweep-dev)
install(EXPORT polysweepTargets NAMESPACE polysweep::
  DESTINATION ${POLYSWEEP_CMAKE_FOLDER} COMPONENT polysweep-dev)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/polysweepConfig.cmake.in
  ${PROJECT_BINARY_DIR}/polysweepConfig.cmake
  INSTALL_DESTINATION ${POLYSWEEP_CMAKE_FOLDER} PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/polysweepConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/polysweepConfig.cmake
    ${PROJECT_BINARY_DIR}/polysweepConfigVersion.cmake
  DESTINATION ${POLYSWEEP_CMAKE_FOLDER} COMPONENT polysweep-dev)

if(NOT POLYSWEEP_PROGRAMS)
  return()
endif()

install(TARGETS polysweep DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT polysweep)
# Workers are started by polysweep, which looks here (cli/shared/worker_program.h).
set(POLYSWEEP_WORKER_FOLDER ${CMAKE_INSTALL_LIBEXECDIR}/polysweep)
install(TARGETS polysweep-plain-worker DESTINATION ${POLYSWEEP_WORKER_FOLDER} COMPONENT polysweep)
if(TARGET polysweep_experiments_torch)
  # A LibTorch outside of the system's folders is found where it was linked.
  set_target_properties(polysweep-worker PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS polysweep-worker DESTINATION ${POLYSWEEP_WORKER_FOLDER}
    COMPONENT polysweep-worker)
  install(TARGETS polysweep-pieces DESTINATION ${POLYSWEEP_WORKER_FOLDER}
    COMPONENT polysweep-worker)
endif()
