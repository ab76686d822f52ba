/* SPDX-License-Identifier: Apache-2.0 */
/* The forward run before a backward one. */
#include "norm_backward.h"

#include <string.h>

#include "norm_shapes.h"

/* The forward problem whose outputs are y, which nobody reads, and the statistics. */
static clgn_problem forward_problem(const clgn_problem *backward)
{
    clgn_problem p = *backward;

    p.direction = CLGN_FORWARD;
    p.config = NULL;
    p.write_mean = !p.rms;
    p.write_rstd = 1;
    p.dgamma = p.dbeta = p.dscale = p.dshift = p.dbias = p.dskip = CLGN_GRADIENT_NONE;
    p.dresidual = 0;
    return p;
}

static int make_statistics(const struct norm_place *place, const struct norm_data *data, struct norm_statistics *s)
{
    int result = norm_place_buffer(place, "a buffer for rstd", norm_shapes_bytes(&data->problem, NORM_RSTD), NULL,
                                   &s->rstd);

    if (result == 0 && !data->problem.rms) {
        result = norm_place_buffer(place, "a buffer for the mean", norm_shapes_bytes(&data->problem, NORM_MEAN), NULL,
                                   &s->mean);
    }
    if (result == 0 && data->problem.mean_lo) {
        result = norm_place_buffer(place, "a buffer for the mean", norm_shapes_bytes(&data->problem, NORM_MEAN), NULL,
                                   &s->mean_lo);
    }
    return result;
}

static void set_forward(const clgn_args *backward, cl_mem y, clgn_args *args)
{
    args->x = backward->x;
    args->skip = backward->skip;
    args->bias = backward->bias;
    args->gamma = backward->gamma;
    args->beta = backward->beta;
    args->scale = backward->scale;
    args->shift = backward->shift;
    args->residual = backward->residual;
    args->mean = backward->mean;
    args->rstd = backward->rstd;
    args->mean_lo = backward->mean_lo;
    args->y.mem = y;
}

int norm_backward_prepare(const struct norm_place *place, const struct norm_data *data, clgn_args *args,
                          struct norm_statistics *statistics)
{
    const clgn_problem problem = forward_problem(&data->problem);
    struct norm_launch launch;
    cl_mem y = NULL;
    int result;

    memset(statistics, 0, sizeof(*statistics));
    if (problem.stats != CLGN_STATS_COMPUTE) {
        return 0;
    }
    result = norm_launch_create(place, &problem, &launch);
    if (result == 0) {
        result = make_statistics(place, data, statistics);
    }
    if (result == 0) {
        result = norm_place_buffer(place, "a buffer for y", norm_shapes_bytes(&data->problem, NORM_Y), NULL, &y);
    }
    if (result == 0) {
        args->mean.mem = statistics->mean;
        args->rstd.mem = statistics->rstd;
        args->mean_lo.mem = statistics->mean_lo;
        set_forward(args, y, &launch.args);
        result = norm_launch_run(place, &launch);
    }
    if (y) {
        clReleaseMemObject(y);
    }
    norm_launch_release(&launch);
    return result;
}

void norm_statistics_release(struct norm_statistics *statistics)
{
    const cl_mem all[] = {statistics->mean, statistics->rstd, statistics->mean_lo};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); ++i) {
        if (all[i]) {
            clReleaseMemObject(all[i]);
        }
    }
    memset(statistics, 0, sizeof(*statistics));
}
