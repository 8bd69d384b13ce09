# Writes the header OUTPUT with what names this build: the commit, and the
# digest of what differs from it. Run at every build; the file is touched only
# when its content changes.
#   cmake -DSOURCE=... -DOUTPUT=... -DVERSION=... -DCOMPILER=... -DTYPE=... -P build_stamp.cmake
set(commit "unknown")
set(dirty "")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed)
    set(commit ${head})
    set(diff_file ${OUTPUT}.diff)
    execute_process(COMMAND ${GIT} -C ${SOURCE} diff --no-ext-diff --no-color --binary HEAD
      OUTPUT_FILE ${diff_file} RESULT_VARIABLE failed ERROR_QUIET)
    if(failed)
      set(dirty "unknown")
    else()
      file(SIZE ${diff_file} diff_size)
      if(diff_size GREATER 0)
        file(SHA256 ${diff_file} dirty)
      endif()
    endif()
    file(REMOVE ${diff_file})
  endif()
endif()

set(content "// Written at each build by framework/build_stamp.cmake.
#pragma once

#define POLYSWEEP_VERSION \"${VERSION}\"
#define POLYSWEEP_COMMIT \"${commit}\"
#define POLYSWEEP_DIRTY_DIGEST \"${dirty}\"
#define POLYSWEEP_COMPILER \"${COMPILER}\"
#define POLYSWEEP_BUILD_TYPE \"${TYPE}\"
")
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT content STREQUAL before)
  file(WRITE ${OUTPUT} "${content}")
endif()
