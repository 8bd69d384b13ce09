# Run by `cmake --install`: the manual page and the completion scripts, as the
# program prints them.
#   PROGRAM: the built polysweep. WORK: a folder to write in. PREFIX: where to
#   install, without $DESTDIR. MANUAL: folder of manual pages below it.
cmake_policy(VERSION 3.25)
function(install_output folder name)
  file(MAKE_DIRECTORY ${WORK})
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_FILE ${WORK}/${name}
    RESULT_VARIABLE failed)
  if(failed)
    list(JOIN ARGN " " arguments)
    message(FATAL_ERROR "polysweep ${arguments}: failed (${failed})")
  endif()
  find_program(GZIP gzip)
  if(name MATCHES "[.]1$" AND GZIP)
    execute_process(COMMAND ${GZIP} -9nf ${WORK}/${name} COMMAND_ERROR_IS_FATAL ANY)
    string(APPEND name ".gz")
  endif()
  file(INSTALL DESTINATION ${PREFIX}/${folder} TYPE FILE FILES ${WORK}/${name})
endfunction()

install_output(${MANUAL}/man1 polysweep.1 manual)
install_output(share/bash-completion/completions polysweep completion bash)
install_output(share/fish/vendor_completions.d polysweep.fish completion fish)
# Where zsh looks: Debian's packages have a folder of their own.
if(PREFIX STREQUAL "/usr")
  install_output(share/zsh/vendor-completions _polysweep completion zsh)
else()
  install_output(share/zsh/site-functions _polysweep completion zsh)
endif()
