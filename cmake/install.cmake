# What `cmake --install` puts in place, in three components:
#   polysweep         the program, a worker with the experiments that need no LibTorch,
#                     shell completion, manual page, documents and example sweeps
#   polysweep-worker  the built-in worker, where it was built with LibTorch
#   polysweep-dev     the public library: headers, archive, CMake package, C++ examples
include(CMakePackageConfigHelpers)

install(CODE "
  set(SOURCE \"${PROJECT_SOURCE_DIR}\")
  set(TARGET \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}/polysweep\")
  include(\"${PROJECT_SOURCE_DIR}/cmake/install_headers.cmake\")
" COMPONENT polysweep-dev)

set(POLYSWEEP_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/polysweep)
install(TARGETS polysweep_worker EXPORT polysweepTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT polysweep-dev)
install(EXPORT polysweepTargets NAMESPACE polysweep::
  DESTINATION ${POLYSWEEP_CMAKE_FOLDER} COMPONENT polysweep-dev)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/polysweepConfig.cmake.in
  ${PROJECT_BINARY_DIR}/polysweepConfig.cmake
  INSTALL_DESTINATION ${POLYSWEEP_CMAKE_FOLDER})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/polysweepConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/polysweepConfig.cmake
    ${PROJECT_BINARY_DIR}/polysweepConfigVersion.cmake
  DESTINATION ${POLYSWEEP_CMAKE_FOLDER} COMPONENT polysweep-dev)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/ DESTINATION share/doc/polysweep-dev/examples
  COMPONENT polysweep-dev)

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
  install(TARGETS polysweep-worker polysweep-pieces DESTINATION ${POLYSWEEP_WORKER_FOLDER}
    COMPONENT polysweep-worker)
endif()

install(CODE "
  set(PROGRAM \"$<TARGET_FILE:polysweep>\")
  set(WORK \"${PROJECT_BINARY_DIR}/documents\")
  set(PREFIX \"\${CMAKE_INSTALL_PREFIX}\")
  set(MANUAL \"${CMAKE_INSTALL_MANDIR}\")
  include(\"${PROJECT_SOURCE_DIR}/cmake/install_documents.cmake\")
" COMPONENT polysweep)
# Where they are in the repository, so that their links lead somewhere.
set(POLYSWEEP_DOCUMENTS share/doc/polysweep)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${POLYSWEEP_DOCUMENTS}
  COMPONENT polysweep)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
    ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
  DESTINATION ${POLYSWEEP_DOCUMENTS} COMPONENT polysweep)
install(FILES ${PROJECT_SOURCE_DIR}/results/FORMAT.md ${PROJECT_SOURCE_DIR}/results/EXPORTS.md
  DESTINATION ${POLYSWEEP_DOCUMENTS}/results COMPONENT polysweep)
install(FILES ${PROJECT_SOURCE_DIR}/bench/README.md
  DESTINATION ${POLYSWEEP_DOCUMENTS}/bench COMPONENT polysweep)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments/sweeps
  DESTINATION ${POLYSWEEP_DOCUMENTS}/experiments COMPONENT polysweep
  FILES_MATCHING PATTERN "*.toml" PATTERN "*.py" PATTERN "*.cc" PATTERN "*.md")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${POLYSWEEP_DOCUMENTS}
  COMPONENT polysweep)

# What Debian's policy asks of each package.
configure_file(${PROJECT_SOURCE_DIR}/packaging/changelog.in
  ${PROJECT_BINARY_DIR}/documents/changelog.Debian @ONLY)
find_program(POLYSWEEP_GZIP gzip)
if(POLYSWEEP_GZIP)
  execute_process(COMMAND ${POLYSWEEP_GZIP} -9nf ${PROJECT_BINARY_DIR}/documents/changelog.Debian
    COMMAND_ERROR_IS_FATAL ANY)
endif()
foreach(component polysweep polysweep-worker polysweep-dev)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/copyright DESTINATION share/doc/${component}
    COMPONENT ${component})
  if(POLYSWEEP_GZIP)
    install(FILES ${PROJECT_BINARY_DIR}/documents/changelog.Debian.gz
      DESTINATION share/doc/${component} COMPONENT ${component})
  endif()
endforeach()
