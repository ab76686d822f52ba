/* SPDX-License-Identifier: Apache-2.0 */
/* Real problems, what is chosen for them on devices described by hand, and whether that is legal and covers all. */
#ifndef CLGN_CHOICES_H
#define CLGN_CHOICES_H

#include "fake_devices.h"
#include "select.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FIRST CLGN_LAYOUT_FIRST
#define LAST CLGN_LAYOUT_LAST

enum { SHAPES = 14, MIXES = 4 * 3 };

/* s = 0: no spatial axes; groups = 0: layer norm. */
struct shape {
    size_t n, c, s, groups;
};

extern const struct shape choices_shapes[SHAPES];

/* A sink that keeps messages in testing.message; those before are forgotten. */
struct clgn_sink choices_sink(void);

/* Asserts that the problem is right. */
struct clgn_geometry choices_geometry(const clgn_problem *p);

/* A shape with one of the pairs of layouts and one of three types. */
clgn_problem choices_problem(const struct shape *shape, int mix);

clgn_problem choices_plain(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout);
clgn_problem choices_backward(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout);

clgn_status choices_try(const clgn_problem *p, const struct clgn_device *d, const char *pin,
                        struct clgn_choice *choices, size_t *count);

/* The first choice, of which there is one. */
struct clgn_choice choices_first(const clgn_problem *p, const struct clgn_device *d, const char *pin);

/* Asserts that a choice is complete and legal, and that its launches cover every unit. */
void choices_expect_good(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_choice *choice,
                         const char *row);

#endif
