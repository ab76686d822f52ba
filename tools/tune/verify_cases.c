/* SPDX-License-Identifier: Apache-2.0 */
/* The cases that a configuration has to pass: a problem, and smaller relatives of it, on hard inputs. */
#include "verify_cases.h"

#include "reference.h"

/* Up to SMALL elements the problem itself is run on all inputs, up to MIDDLE on some; a larger one on normal values
 * alone. Relatives have at most RELATIVE elements, those of a larger one for inputs that need large groups at most
 * WIDE. JUDGE of each case are compared with the reference, or a group when that is more. */
#define SMALL ((size_t)1 << 20)
#define MIDDLE ((size_t)1 << 24)
#define WIDE ((size_t)1 << 22)
#define RELATIVE ((size_t)1 << 18)
#define JUDGE ((size_t)1 << 18)

/* A row of the table: the input, and the offset in elements. */
struct input {
    enum trial_pattern pattern;
    size_t offset;
    int in_place, twice;
};

/* On the problem itself. */
static const struct input plain = {TRIAL_NORMAL, 0, 0, 1};

/* On the problem unless it is too large: these are hard where groups have many elements. */
static const struct input wide[] = {{TRIAL_LARGE_MEAN, 1, 0, 0}, {TRIAL_MAGNITUDES, 0, 1, 0}};

/* On the problem, or on a relative where it is large. */
static const struct input more[] = {{TRIAL_CONSTANT, 3, 0, 0},
                                    {TRIAL_OUTLIER_FIRST, 0, 1, 0},
                                    {TRIAL_ALTERNATING, 5, 0, 0},
                                    {TRIAL_WIDE, 0, 0, 0}};

static size_t elements(const clgn_problem *p)
{
    return p->n * p->c * reference_spatial(p);
}

/* Whether y may be x, or dx dy. */
static int may_be_in_place(const clgn_problem *p)
{
    const clgn_strides other = p->direction == CLGN_BACKWARD ? p->dx_strides
                                                             : (clgn_strides){p->x.batch_stride, p->x.row_stride};

    return reference_y_dtype(p) == p->x.dtype && p->x.layout == p->y.layout &&
           p->y.batch_stride == other.batch_stride && p->y.row_stride == other.row_stride;
}

static clgn_problem dense(const clgn_problem *problem)
{
    clgn_problem p = *problem;
    clgn_strides *const strides[] = {&p.skip_strides, &p.sum_strides,   &p.residual_strides,
                                     &p.dx_strides,   &p.dskip_strides, &p.dresidual_strides};

    p.x.batch_stride = p.x.row_stride = p.y.batch_stride = p.y.row_stride = 0;
    for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); ++i) {
        *strides[i] = (clgn_strides){0, 0};
    }
    return p;
}

/* At most so many elements, by fewer samples and then by shorter axes; the channels stay. */
static clgn_problem smaller(const clgn_problem *problem, size_t most)
{
    clgn_problem p = dense(problem);

    p.n = p.n > 2 ? 2 : p.n;
    while (elements(&p) > most) {
        size_t longest = 0;

        for (size_t i = 1; i < p.spatial_dims; ++i) {
            longest = p.spatial[i] > p.spatial[longest] ? i : longest;
        }
        if (p.spatial_dims == 0 || p.spatial[longest] == 1) {
            break;
        }
        p.spatial[longest] = (p.spatial[longest] + 1) / 2;
    }
    return p;
}

/* Axes that no vector divides, and three samples: tails at the end of every row. */
static clgn_problem odd(const clgn_problem *problem)
{
    static const size_t lengths[CLGN_MAX_SPATIAL] = {7, 9, 3, 1, 1, 1};
    clgn_problem p = dense(problem);

    p.n = 3;
    for (size_t i = 0; i < p.spatial_dims; ++i) {
        p.spatial[i] = p.spatial_dims == 1 ? 67 : lengths[i];
    }
    return p;
}

static size_t add(struct trial_case *cases, size_t count, const clgn_problem *problem, const struct input *input)
{
    const int in_place = input->in_place && may_be_in_place(problem);

    cases[count] = (struct trial_case){.problem = *problem,
                                       .pattern = input->pattern,
                                       .offset = input->offset,
                                       .guarded = 1,
                                       .judge_most = JUDGE,
                                       .y_is_x = in_place && problem->direction == CLGN_FORWARD,
                                       .dx_is_dy = in_place && problem->direction == CLGN_BACKWARD,
                                       .twice = input->twice};
    return count + 1;
}

size_t verify_cases(const clgn_problem *problem, size_t most, struct trial_case cases[VERIFY_MOST_CASES])
{
    static const struct input tails = {TRIAL_NORMAL, 1, 0, 0};
    const clgn_problem whole = elements(problem) > most ? smaller(problem, most) : *problem, other = odd(problem);
    const clgn_problem large = elements(&whole) > MIDDLE ? smaller(problem, WIDE) : whole;
    const clgn_problem relative = elements(&whole) > SMALL ? smaller(problem, RELATIVE) : whole;
    size_t count = add(cases, 0, &whole, &plain);

    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); ++i) {
        count = add(cases, count, &large, &wide[i]);
    }
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); ++i) {
        count = add(cases, count, &relative, &more[i]);
    }
    return add(cases, count, &other, &tails);
}
