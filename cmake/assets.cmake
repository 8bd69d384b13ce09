# Embeds JavaScript, style sheets and HTML into a target.
#
#   polysweep_assets(TARGET FILE...)
#
# Each FILE (relative to the current folder), as assets/report.css, becomes a
# `extern const std::string_view kReportCss` in namespace polysweep; a header of the
# target declares it. Run as a script (cmake -P) this file writes one of them.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${INPUT}" content)
  if(content MATCHES "\\)asset\"")
    message(FATAL_ERROR "${INPUT}: ')asset\"' ends the literal it is embedded in")
  endif()
  file(WRITE "${OUTPUT}" "// Written by cmake/assets.cmake from ${NAME}.\n#include <string_view>\n"
    "namespace polysweep {\nextern const std::string_view ${VARIABLE};\n"
    "const std::string_view ${VARIABLE} = R\"asset(")
  # Appended apart: a list would lose the semicolons.
  file(APPEND "${OUTPUT}" "${content}")
  file(APPEND "${OUTPUT}" ")asset\";\n}  // namespace polysweep\n")
  return()
endif()

set(POLYSWEEP_ASSETS_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(polysweep_assets target)
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME)
    string(REGEX MATCHALL "[A-Za-z0-9]+" words ${name})
    set(variable k)
    foreach(word ${words})
      string(SUBSTRING ${word} 0 1 first)
      string(TOUPPER ${first} first)
      string(SUBSTRING ${word} 1 -1 rest)
      string(APPEND variable ${first}${rest})
    endforeach()
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${file}.cc)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${output}
        -DNAME=${name} -DVARIABLE=${variable} -P ${POLYSWEEP_ASSETS_SCRIPT}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${POLYSWEEP_ASSETS_SCRIPT} VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endforeach()
endfunction()
