# SPDX-License-Identifier: Apache-2.0
# Empties DIR, then lets PROGRAM write the composed kernels there, so that no program of an earlier version stays.
file(REMOVE_RECURSE "${DIR}")
file(MAKE_DIRECTORY "${DIR}")
execute_process(COMMAND "${PROGRAM}" "${DIR}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} returned ${result}")
endif()
file(GLOB written "${DIR}/*.cl")
list(LENGTH written count)
if(count EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} wrote nothing")
endif()
message(STATUS "${count} programs")
