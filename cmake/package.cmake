# Debian packages, one of each component of cmake/install.cmake: ./dev package.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME polysweep)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "the authors of polysweep <maintainers@polysweep.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL polysweep polysweep-dev)
if(TARGET polysweep_experiments_torch)
  list(APPEND CPACK_COMPONENTS_ALL polysweep-worker)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)

set(same_version "polysweep (= ${PROJECT_VERSION}-1)")

set(CPACK_DEBIAN_POLYSWEEP_PACKAGE_NAME polysweep)
set(CPACK_COMPONENT_POLYSWEEP_DESCRIPTION
  "plans, runs and reports reproducible sweeps of training jobs
A sweep file says which program runs, what varies and what is compared. polysweep
runs its trials on one machine or a cluster, keeps every result in a database and
writes a report with honest statistics.")
# gnuplot draws the figures of reports.
set(CPACK_DEBIAN_POLYSWEEP_PACKAGE_DEPENDS "gnuplot-nox | gnuplot, fonts-dejavu-core")
set(CPACK_DEBIAN_POLYSWEEP_PACKAGE_RECOMMENDS "polysweep-worker")
set(CPACK_DEBIAN_POLYSWEEP_PACKAGE_SUGGESTS "polysweep-dev")

set(CPACK_DEBIAN_POLYSWEEP-WORKER_PACKAGE_NAME polysweep-worker)
set(CPACK_COMPONENT_POLYSWEEP-WORKER_DESCRIPTION
  "experiments with LibTorch for polysweep
The built-in worker: small Transformers with every position encoding of polysweep's
study, trained and decoded reproducibly.")
# Without it Debian's LibTorch falls back to the reference BLAS, about 20 times slower.
set(CPACK_DEBIAN_POLYSWEEP-WORKER_PACKAGE_DEPENDS "${same_version}, libopenblas0-pthread")

set(CPACK_DEBIAN_POLYSWEEP-DEV_PACKAGE_NAME polysweep-dev)
set(CPACK_DEBIAN_POLYSWEEP-DEV_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_POLYSWEEP-DEV_DESCRIPTION
  "C++ library for experiments that polysweep runs
Headers, a static library and a CMake package: a program that links polysweep::worker
is a worker that a sweep file can name.")
set(CPACK_DEBIAN_POLYSWEEP-DEV_PACKAGE_DEPENDS
  "libfmt-dev, libssl-dev, libxxhash-dev, zlib1g-dev, pkg-config")
set(CPACK_DEBIAN_POLYSWEEP-DEV_PACKAGE_RECOMMENDS "polysweep, cmake, g++")
include(CPack)
