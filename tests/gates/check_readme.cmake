# SPDX-License-Identifier: Apache-2.0
# Fails when the C example of README.md is not examples/minimal.c, which the build compiles.
cmake_minimum_required(VERSION 3.16)

file(READ "${SOURCE_DIR}/README.md" page)
file(READ "${SOURCE_DIR}/examples/minimal.c" example)
string(FIND "${page}" "```c\n" begin)
if(begin EQUAL -1)
    message(FATAL_ERROR "README.md has no block that begins with ```c")
endif()
math(EXPR begin "${begin} + 5")
string(SUBSTRING "${page}" ${begin} -1 rest)
string(FIND "${rest}" "```" end)
string(SUBSTRING "${rest}" 0 ${end} quoted)
# The file's head, two lines, is not quoted.
string(FIND "${example}" "#include" code)
string(SUBSTRING "${example}" ${code} -1 example)
if(NOT quoted STREQUAL example)
    message(FATAL_ERROR "the example in README.md differs from examples/minimal.c")
endif()
