/* SPDX-License-Identifier: Apache-2.0 */
/* A mutex: the only use of threads in the library, so that another system is one file away. */
#ifndef CLGN_MUTEX_H
#define CLGN_MUTEX_H

struct clgn_mutex;

/* NULL when memory or the system's resources are short. */
struct clgn_mutex *clgn_mutex_create(void);
/* NULL is legal. */
void clgn_mutex_release(struct clgn_mutex *mutex);
void clgn_mutex_lock(struct clgn_mutex *mutex);
void clgn_mutex_unlock(struct clgn_mutex *mutex);

#endif
