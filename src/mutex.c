/* SPDX-License-Identifier: Apache-2.0 */
/* The mutex on POSIX threads. */
#include "mutex.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct clgn_mutex {
    pthread_mutex_t native;
};

struct clgn_mutex *clgn_mutex_create(void)
{
    struct clgn_mutex *mutex = malloc(sizeof *mutex);
    if (mutex != NULL && pthread_mutex_init(&mutex->native, NULL) != 0) {
        free(mutex);
        mutex = NULL;
    }
    return mutex;
}

void clgn_mutex_release(struct clgn_mutex *mutex)
{
    if (mutex != NULL) {
        pthread_mutex_destroy(&mutex->native);
        free(mutex);
    }
}

void clgn_mutex_lock(struct clgn_mutex *mutex)
{
    const int failed = pthread_mutex_lock(&mutex->native);
    assert(!failed); /* a plain mutex fails only when it was never made */
    (void)failed;
}

void clgn_mutex_unlock(struct clgn_mutex *mutex)
{
    const int failed = pthread_mutex_unlock(&mutex->native);
    assert(!failed);
    (void)failed;
}
