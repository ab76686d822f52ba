/* SPDX-License-Identifier: Apache-2.0 */
/* Counts bytes moved. */
#include "traffic.h"

#include "units.h"

uint64_t clgn_traffic_least(const struct clgn_geometry *g)
{
    uint64_t bytes = clgn_bytes_once(g);
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (!g->operand[i].strided)
            bytes += g->operand[i].elements * clgn_dtype_bytes(g->operand[i].dtype);
    return bytes;
}

uint64_t clgn_traffic_of(const struct clgn_variant *variant, const struct clgn_geometry *g, const struct clgn_params *p)
{
    return variant->moved(variant, g, p) + 2 * clgn_workspace_bytes(variant, g, p);
}

uint64_t clgn_moved_once(const struct clgn_variant *variant, const struct clgn_geometry *g, const struct clgn_params *p)
{
    (void)variant;
    (void)p;
    return clgn_traffic_least(g);
}

uint64_t clgn_moved_passes(const struct clgn_variant *variant, const struct clgn_geometry *g,
                           const struct clgn_params *p)
{
    (void)variant;
    (void)p;
    return clgn_traffic_least(g) + clgn_bytes_in(g);
}

uint64_t clgn_moved_units(const struct clgn_variant *variant, const struct clgn_geometry *g,
                          const struct clgn_params *p)
{
    const int once = p->value[CLGN_P_RPI] > 0 || g->problem.stats != CLGN_STATS_COMPUTE;
    if (p->value[CLGN_P_STASH] > 0)
        return clgn_traffic_least(g) + clgn_bytes_of_v(g);
    return once ? clgn_moved_once(variant, g, p) : clgn_moved_passes(variant, g, p);
}

uint64_t clgn_moved_slices(const struct clgn_variant *variant, const struct clgn_geometry *g,
                           const struct clgn_params *p)
{
    const uint64_t others = (uint64_t)p->value[CLGN_P_SLICES] - 1;
    return clgn_moved_passes(variant, g, p) + others * clgn_workspace_bytes(variant, g, p);
}
