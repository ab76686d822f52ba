/* SPDX-License-Identifier: Apache-2.0 */
/* The wrapped allocators: they count and, when told to, fail. */
#include "allocations.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static _Thread_local int counting;
static _Thread_local long count;
static _Thread_local long fail_in;
static _Thread_local int struck;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
int __real_posix_memalign(void **out, size_t alignment, size_t bytes);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t bytes);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
int __wrap_posix_memalign(void **out, size_t alignment, size_t bytes);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t bytes);

void allocations_begin(void)
{
    count = 0;
    counting = 1;
}

long allocations_end(void)
{
    counting = 0;
    return count;
}

void allocations_fail_at(long k)
{
    fail_in = k;
    struck = 0;
}

int allocations_fail_struck(void)
{
    return struck;
}

/* Takes note of one allocation; returns 1 when it has to fail. */
static int allocation_fails(void)
{
    count += counting;
    if (fail_in > 0 && --fail_in == 0) {
        struck = 1;
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

void *__wrap_malloc(size_t bytes)
{
    return allocation_fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return allocation_fails() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return allocation_fails() ? NULL : __real_realloc(old, bytes);
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
    return allocation_fails() ? NULL : __real_aligned_alloc(alignment, bytes);
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t bytes)
{
    return allocation_fails() ? ENOMEM : __real_posix_memalign(out, alignment, bytes);
}

char *__wrap_strdup(const char *text)
{
    return allocation_fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t bytes)
{
    return allocation_fails() ? NULL : __real_strndup(text, bytes);
}
