/* SPDX-License-Identifier: Apache-2.0 */
/* What the peers written in C have in common: they take orders from stdin and time one peer on one problem at a time.
 */
#ifndef CLGN_PEERS_WORKER_H
#define CLGN_PEERS_WORKER_H

#include <stddef.h>

#include <clgn/clgn.h>

/** A problem as compare.py sends it. */
struct worker_problem {
    size_t n;
    size_t c;
    size_t s;
    size_t groups;
    clgn_dtype dtype;
    clgn_layout layout;
    clgn_act act; /* NONE, RELU or SILU, after the affine */
    int backward;
    double eps;
    size_t bytes;       /* of x, and as much of dy, dx and y */
    const void *x;      /* host copies, in the problem's type and layout */
    const void *dy;     /* NULL in forward */
    const float *gamma; /* [c] */
    const float *beta;
};

/** One peer. A function that fails writes the reason to error (512 bytes) and returns -1. */
struct worker_peer {
    const char *name;

    /** Open the device; device is "P:D" or "". *state is the peer's; version receives what is measured. */
    int (*open)(const char *device, void **state, char *version, size_t version_bytes, char *error);

    /** Ready everything for a problem, in buffers used in turn that hold more than 256 MiB in all. */
    int (*prepare)(void *state, const struct worker_problem *problem, char *error);

    /** Begin one normalisation on the next buffers. */
    int (*call)(void *state, char *error);

    /** Wait for everything begun. */
    int (*finish)(void *state, char *error);

    /** Copy the last result (y or dx) to the host. */
    int (*read)(void *state, void *result, char *error);

    /** Undo prepare; harmless without. */
    void (*release)(void *state);
};

enum { WORKER_ERROR_BYTES = 512 };

/** Serve orders until stdin ends; the value of main. */
int worker_main(const struct worker_peer *peer, int argc, char **argv);

#endif
