/* SPDX-License-Identifier: Apache-2.0 */
/* Makes and warms up plans of some activations, so that their programs are in the folder of CLGN_CACHE_DIR. */
#include <stdio.h>
#include <stdlib.h>

#include "device_open.h"

static clgn_status warm_up(const struct device_open *opened, clgn_act act)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;
    clgn_plan *plan = NULL;
    clgn_status status;

    problem.n = 2;
    problem.c = 8;
    problem.groups = 4;
    problem.spatial_dims = 1;
    problem.spatial[0] = 64;
    problem.act = act;
    status = clgn_plan_create(opened->clgn, &problem, &plan);
    if (status == CLGN_OK) {
        status = clgn_plan_warmup(plan, opened->queue);
    }
    clgn_plan_release(plan);
    return status;
}

int main(int argc, char **argv)
{
    struct device_open opened;
    char error[512] = "";
    const int acts = argc > 1 ? atoi(argv[1]) : 2;
    int failed = acts < 1;

    if (device_open(NULL, "fill_cache", &opened, error, sizeof(error)) != 0) {
        fprintf(stderr, "fill_cache: %s\n", error);
        return 1;
    }
    for (int act = CLGN_ACT_NONE; act < acts; ++act) {
        failed += warm_up(&opened, (clgn_act)act) != CLGN_OK;
    }
    device_close(&opened);
    return failed > 0;
}
