/* SPDX-License-Identifier: Apache-2.0 */
/* Counts a thread's heap allocations, and makes one of them fail, in the objects that are linked into a test. */
#ifndef CLGN_TESTS_ALLOCATIONS_H
#define CLGN_TESTS_ALLOCATIONS_H

/* Works through the linker's --wrap: only calls from the test's own objects are seen (clgn's among them, since tests
 * link its objects), never those of a driver, the loader or libc. Everything is per thread. */

/** Begin to count the calling thread's allocations. */
void allocations_begin(void);

/** How many malloc, calloc, realloc, aligned_alloc, posix_memalign, strdup and strndup calls the thread made since
 *  allocations_begin(); ends the count. No ck_assert may stand between the two: Check is linked in, and allocates. */
long allocations_end(void);

/** Make the calling thread's k-th allocation from now (k = 1 is the next) fail; 0 disarms. Disarm before any ck_assert.
 */
void allocations_fail_at(long k);

/** 1 when the armed failure has struck since it was armed. */
int allocations_fail_struck(void);

#endif
