# Runs PROGRAM; fails unless it prints what the file EXPECTED holds.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE found RESULT_VARIABLE code)
file(READ ${EXPECTED} expected)
if(NOT code EQUAL 0 OR NOT found STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} ended with ${code}\nexpected:\n${expected}\nfound:\n${found}")
endif()
