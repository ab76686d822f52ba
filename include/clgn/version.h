/* SPDX-License-Identifier: Apache-2.0 */
/* The version of the library; CMake reads it from here. */
#ifndef CLGN_VERSION_H
#define CLGN_VERSION_H

#define CLGN_VERSION_MAJOR 0
#define CLGN_VERSION_MINOR 1
#define CLGN_VERSION_PATCH 0

#endif
