/* SPDX-License-Identifier: Apache-2.0 */
/* Derives units, local memory and shared params from a problem. */
#include "units.h"

#define GPU_VECTOR_BYTES 16
/* Vectors of a chunk: on a CPU many, because a merge is a chain of scalar steps, but of each accumulator no more than
 * the bound of rstd leaves room for; on a GPU the first must stay cached. Where rows are pixels a chunk is a tile of
 * rows, so that memory is read in order. */
#define CPU_TERMS 64
#define CPU_TILE 64
#define GPU_CHUNK 16
/* Terms that backward adds to an accumulator in a row, one after the other: equal ones then lose as much as the bound
 * of its sums leaves room for (docs/numerics.md). */
#define MOST_TERMS 32
/* Bytes of the vectors, one below the other, that a work-item alone takes at once where rows are pixels. */
#define ROWS_BYTES ((uint64_t)128)
/* On CPUs, y goes past the caches when the tensors take more than this part of the last of them: it is other cores'
 * too, and the next reader would find only the end of a larger y. */
#define CACHE_SHARE 8
/* Channels that a vector reaches over at most on a CPU: each costs its coefficients. */
#define CPU_CHANNELS 4
/* Vectors of a channel below which its end is met time and again: four vectors at once hardly ever fit. */
#define SHORT_VECTORS 4

/* Work-items of a work-group that shares its unit with others. */
#define WORK_GROUP 256
/* Bytes of x in a slice at least, on GPUs: a few loads of every work-item. */
#define SLICE_BYTES ((uint64_t)32 << 10)
/* Work-groups per compute unit that keep a GPU busy, and a CPU's threads evenly loaded. */
#define GPU_GROUPS 8
#define CPU_GROUPS 4
#define MOST_SLICES 1024
/* Bytes of a strip of pixels' channels at least, in whole cache lines: less of each pixel wastes what memory brings. */
#define STRIP_BYTES 320
#define LINE_BYTES 64
/* Channels that a work-item takes at least where each costs little. */
#define CHANNELS_EACH 16

uint64_t clgn_ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

uint64_t clgn_smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

long clgn_power_below(uint64_t value)
{
    long power = 1;
    while (power <= (1L << 30) && (uint64_t)power * 2 <= value)
        power *= 2;
    return power;
}

uint64_t clgn_acc_bytes(const struct clgn_geometry *g)
{
    return g->wide ? 8 : 4;
}

uint64_t clgn_units(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return g->n * (g->x_last ? clgn_ceil_div(g->g, (uint64_t)p->value[CLGN_P_BLOCK]) : g->g);
}

uint64_t clgn_unit_row(const struct clgn_geometry *g, const struct clgn_params *p)
{
    if (g->point || clgn_unit_linear(g, p))
        return g->cg * g->s;
    return g->x_last ? clgn_smaller((uint64_t)p->value[CLGN_P_BLOCK], g->g) * g->cg : g->s;
}

uint64_t clgn_unit_rows(const struct clgn_geometry *g, const struct clgn_params *p)
{
    if (g->point || clgn_unit_linear(g, p))
        return 1;
    return g->x_last ? g->s : g->cg;
}

/* Channels of the last block of a sample, which may be fewer than the others'. */
static uint64_t last_block_row(const struct clgn_geometry *g, const struct clgn_params *p)
{
    const uint64_t block = (uint64_t)p->value[CLGN_P_BLOCK];
    return (g->g % block != 0 ? g->g % block : clgn_smaller(block, g->g)) * g->cg;
}

long clgn_unit_team(const struct clgn_geometry *g, const struct clgn_params *p)
{
    const uint64_t groups = clgn_smaller((uint64_t)p->value[CLGN_P_BLOCK], g->g);
    const uint64_t share = (uint64_t)p->value[CLGN_P_WGS] / groups;
    return share > 1 ? clgn_power_below(share) : 1;
}

int clgn_unit_linear(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return g->linear && (p->value[CLGN_P_LX] == CLGN_UNSET || p->value[CLGN_P_LX] == p->value[CLGN_P_WGS]);
}

uint64_t clgn_unit_local_bytes(const struct clgn_geometry *g, const struct clgn_params *p)
{
    const uint64_t wgs = (uint64_t)p->value[CLGN_P_WGS];
    const uint64_t vec = (uint64_t)p->value[CLGN_P_VEC];
    const uint64_t ly = wgs / (uint64_t)p->value[CLGN_P_LX];
    const uint64_t pitch = clgn_ceil_div(clgn_unit_row(g, p), vec) * vec;
    const uint64_t stash = clgn_ceil_div(4 * wgs, vec) * vec + clgn_unit_rows(g, p) * pitch;
    uint64_t elements = p->value[CLGN_P_STASH] > 0 ? stash : 4 * wgs;
    if (g->x_last && g->backward)
        elements += (3 + (wgs == 1 ? 9 : 6 * ly)) * pitch + 4 * (uint64_t)p->value[CLGN_P_BLOCK];
    else if (g->x_last)
        elements += 4 * ly * pitch + 4 * (uint64_t)p->value[CLGN_P_BLOCK];
    return elements * clgn_acc_bytes(g);
}

/* Bytes of the tensors of x's or y's shape that are among the roles [first, end). */
static uint64_t bytes_of(const struct clgn_geometry *g, int first, int end)
{
    uint64_t element = 0;
    for (int i = first; i < end; i++)
        if (g->operand[i].strided)
            element += clgn_dtype_bytes(g->operand[i].dtype);
    return g->n * g->c * g->s * element;
}

uint64_t clgn_bytes_of_v(const struct clgn_geometry *g)
{
    const uint64_t parts = bytes_of(g, CLGN_T_X, CLGN_T_X + 1) + bytes_of(g, CLGN_T_SKIP, CLGN_T_SKIP + 1);
    return g->backward ? parts + bytes_of(g, CLGN_T_SUM, CLGN_T_SUM + 1) : parts;
}

uint64_t clgn_bytes_in(const struct clgn_geometry *g)
{
    if (!g->backward)
        return clgn_bytes_of_v(g);
    return clgn_bytes_of_v(g) + bytes_of(g, CLGN_T_RESIDUAL, CLGN_T_RESIDUAL + 1) +
           bytes_of(g, CLGN_T_DY, CLGN_T_DY + 1);
}

uint64_t clgn_bytes_once(const struct clgn_geometry *g)
{
    return bytes_of(g, 0, CLGN_ROLE_COUNT);
}

int clgn_is_fused(const struct clgn_geometry *g)
{
    const clgn_problem *p = &g->problem;
    return p->sum || p->residual || (p->skip != CLGN_SKIP_NONE && p->bias != CLGN_DTYPE_NONE);
}

const char *clgn_refuse_computed(const struct clgn_geometry *g)
{
    if (g->backward)
        return "direction is backward";
    if (g->problem.stats != CLGN_STATS_COMPUTE)
        return "statistics are given";
    if (g->batch || g->problem.running)
        return "statistics meet over the batch";
    return NULL;
}

int clgn_exceeds_caches(const struct clgn_geometry *g, const struct clgn_device *d)
{
    return d->cache_bytes > 0 && clgn_bytes_once(g) > d->cache_bytes / CACHE_SHARE;
}

/* Every vector of vec elements of a strided tensor begins at a multiple of vec, offsets aside. */
static int strides_align(const struct clgn_geometry *g, const struct clgn_params *p, uint64_t vec)
{
    const uint64_t per_row = clgn_unit_linear(g, p) ? g->cg : 1;
    if (g->x_last != g->y_last || (g->x_last && clgn_unit_row(g, p) % vec != 0 && clgn_unit_row(g, p) != g->c))
        return 0;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (g->operand[i].strided && (per_row * g->operand[i].rs % vec != 0 || g->operand[i].bs % vec != 0))
            return 0;
    return 1;
}

uint64_t clgn_workspace_bytes(const struct clgn_variant *variant, const struct clgn_geometry *g,
                              const struct clgn_params *p)
{
    return variant->workspace != NULL ? variant->workspace(g, p) : 0;
}

uint64_t clgn_moments_bytes(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return g->n * g->g * (uint64_t)p->value[CLGN_P_SLICES] * 4 * clgn_acc_bytes(g);
}

long clgn_block_of(const struct clgn_geometry *g, uint64_t bytes)
{
    const uint64_t group = g->cg * clgn_dtype_bytes(g->problem.x.dtype);
    return g->x_last ? (long)clgn_smaller(clgn_ceil_div(bytes, group), g->g) : 1;
}

/* The shortest row that a vector must fit in; in a linear walk that is the group. */
static uint64_t shortest_row(const struct clgn_geometry *g, const struct clgn_params *p)
{
    if (g->x_last)
        return last_block_row(g, p);
    if (g->point)
        return g->cg;
    return clgn_unit_linear(g, p) ? g->cg * g->s : g->s;
}

int clgn_act_is_costly(clgn_act act)
{
    return act != CLGN_ACT_NONE && act != CLGN_ACT_RELU && act != CLGN_ACT_LEAKY_RELU && act != CLGN_ACT_HARDSWISH;
}

/* Whether arithmetic takes longer than memory: then stores that wait for memory cost more than they save. With a stash
 * no activation is left for the pass that stores. */
static int is_slow(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return p->value[CLGN_P_STASH] != 1 && clgn_act_is_costly(g->problem.act) &&
           clgn_dtype_bytes(g->problem.y.dtype) == 2;
}

static int has_short_channels(const struct clgn_geometry *g, uint64_t vec)
{
    return !g->x_last && !g->point && g->s < SHORT_VECTORS * vec;
}

/* Whether half a vector, where only that one is aligned, costs less: it may be stored past the caches. Of 16-bit
 * elements it is but a quarter of a cache line, and pays in short channels alone, where whole ones cross their ends. */
static int may_halve(const struct clgn_geometry *g, uint64_t vec)
{
    return vec >= 8 && !clgn_act_is_costly(g->problem.act) &&
           (clgn_dtype_bytes(g->problem.x.dtype) >= 4 || has_short_channels(g, vec));
}

/* On a CPU as wide as its registers, or half that. */
static long default_vec(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *p)
{
    const uint64_t bytes = d->is_cpu ? d->vector_bytes : GPU_VECTOR_BYTES;
    const uint64_t row = shortest_row(g, p);
    const uint64_t most = g->x_last || g->point ? row : clgn_smaller(row, (d->is_cpu ? CPU_CHANNELS : 1) * g->s);
    const uint64_t vec = (uint64_t)clgn_power_below(clgn_smaller(bytes / clgn_acc_bytes(g), most));
    if (d->is_cpu && may_halve(g, vec) && !strides_align(g, p, vec) && strides_align(g, p, vec / 2))
        return (long)vec / 2;
    return (long)vec;
}

/* A work-item alone keeps many vectors in flight: in backward no more than a row has, of forward's short channels two;
 * of backward's pixels it takes so many rows at once that its sums, in local memory, cost less than they save. */
static long default_unroll(const struct clgn_geometry *g, const struct clgn_params *p)
{
    const uint64_t vector = (uint64_t)p->value[CLGN_P_VEC] * clgn_dtype_bytes(g->problem.x.dtype);
    if (p->value[CLGN_P_WGS] > 1)
        return clgn_is_fused(g) ? 1 : 2;
    if (g->backward && g->x_last)
        return clgn_power_below(clgn_smaller(ROWS_BYTES / vector, 4));
    if (g->backward)
        return clgn_power_below(clgn_smaller(clgn_unit_row(g, p) / (uint64_t)p->value[CLGN_P_VEC], 4));
    return has_short_channels(g, (uint64_t)p->value[CLGN_P_VEC]) ? 2 : 4;
}

/* Vectors of a chunk. In forward's first sums equal terms are zeros. */
static long default_chunk(const struct clgn_geometry *g, const struct clgn_params *p)
{
    const long accumulators = g->x_last || g->point ? 1 : p->value[CLGN_P_UNROLL];
    const long most = g->x_last ? CPU_TILE : CPU_TERMS * p->value[CLGN_P_UNROLL];
    if (p->value[CLGN_P_WGS] > 1)
        return GPU_CHUNK;
    return g->backward ? (long)clgn_smaller((uint64_t)most, (uint64_t)(MOST_TERMS * accumulators)) : most;
}

void clgn_complete_walk(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    const long wgs = p->value[CLGN_P_WGS];
    uint64_t vectors;
    long lx;
    clgn_params_default(p, CLGN_P_VEC, default_vec(g, d, p));
    vectors = clgn_ceil_div(clgn_unit_row(g, p), (uint64_t)p->value[CLGN_P_VEC]);
    lx = clgn_power_below(vectors);
    if ((uint64_t)lx < vectors)
        lx *= 2;
    /* In a linear walk all work-items stand in one row. */
    clgn_params_default(p, CLGN_P_LX, clgn_unit_linear(g, p) || lx > wgs ? wgs : lx);
    clgn_params_default(p, CLGN_P_UNROLL, default_unroll(g, p));
    clgn_params_default(p, CLGN_P_CHUNK, default_chunk(g, p) * p->value[CLGN_P_VEC]);
    clgn_params_default(p, CLGN_P_ALIGN,
                        p->value[CLGN_P_VEC] > 1 && strides_align(g, p, (uint64_t)p->value[CLGN_P_VEC]));
    clgn_params_default(p, CLGN_P_NT,
                        d->is_cpu && p->value[CLGN_P_ALIGN] && clgn_exceeds_caches(g, d) && !is_slow(g, p));
    clgn_params_default(p, CLGN_P_AHEAD, 0);
    clgn_params_default(p, CLGN_P_GANG, 0);
    clgn_params_default(p, CLGN_P_STASH, 0);
    clgn_params_default(p, CLGN_P_SG, CLGN_SUBGROUPS_NONE);
    clgn_params_default(p, CLGN_P_RPI, 0);
    clgn_params_default(p, CLGN_P_CPI, 0);
    clgn_params_default(p, CLGN_P_PER, 1);
    clgn_params_default(p, CLGN_P_SLICES, 1);
    clgn_params_default(p, CLGN_P_BANDS, 1);
}

/* Groups of a block for work-items alone. Whole pixels, in memory's order, where the samples in work fit half of the
 * last cache, so that their second read comes from there; else the narrowest strips that do, and equal ones. */
static long default_strip(const struct clgn_geometry *g, const struct clgn_device *d)
{
    const uint64_t group = g->cg * clgn_dtype_bytes(g->problem.x.dtype);
    const uint64_t most = d->cache_bytes / 2 / (d->compute_units > 0 ? d->compute_units : 1);
    uint64_t block = g->g;
    if (!g->x_last || g->backward || !d->is_cpu || group * g->g * g->s <= most)
        return clgn_block_of(g, UINT64_MAX / 2);
    for (uint64_t b = g->g; b >= 1; b--)
        if (g->g % b == 0 && b * group % LINE_BYTES == 0 && b * group >= STRIP_BYTES)
            block = b;
    return (long)(block * group * g->s <= most ? block : g->g);
}

void clgn_complete_alone(const struct clgn_geometry *g, const struct clgn_device *d, uint64_t bytes,
                         struct clgn_params *p)
{
    uint64_t units;
    uint64_t per;
    clgn_params_default(p, CLGN_P_WGS, 1);
    clgn_params_default(p, CLGN_P_BLOCK, default_strip(g, d));
    units = clgn_units(g, p);
    per = units > 0 ? bytes * units / (clgn_bytes_in(g) + 1) : 1;
    clgn_params_default(p, CLGN_P_PER, (long)(per < 1 ? 1 : per));
    clgn_complete_walk(g, d, p);
}

static long default_slices(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *p)
{
    const uint64_t units = clgn_units(g, p);
    const uint64_t wanted = d->compute_units * (d->is_cpu ? CPU_GROUPS : GPU_GROUPS);
    const uint64_t unit_bytes = units > 0 ? clgn_bytes_in(g) / units : 0;
    uint64_t slices = units > 0 ? (wanted + units - 1) / units : 1;
    slices = clgn_smaller(slices, unit_bytes / SLICE_BYTES);
    slices = clgn_smaller(slices, MOST_SLICES);
    return (long)(slices > 0 ? slices : 1);
}

void clgn_complete_slices(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    const uint64_t group = clgn_smaller(d->max_work_group, WORK_GROUP);
    clgn_params_default(p, CLGN_P_WGS, d->is_cpu ? 1 : clgn_power_below(group));
    clgn_params_default(p, CLGN_P_BLOCK, clgn_block_of(g, d->is_cpu ? UINT64_MAX / 2 : 512));
    clgn_params_default(p, CLGN_P_SLICES, default_slices(g, d, p));
    clgn_complete_walk(g, d, p);
}

static int registers_legal(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_text *why)
{
    const uint64_t rpi = (uint64_t)p->value[CLGN_P_RPI];
    const uint64_t cpi = (uint64_t)p->value[CLGN_P_CPI];
    const uint64_t ly = (uint64_t)(p->value[CLGN_P_WGS] / p->value[CLGN_P_LX]);
    const uint64_t columns = (uint64_t)(p->value[CLGN_P_LX] * p->value[CLGN_P_VEC]);
    if ((rpi == 0) != (cpi == 0)) {
        clgn_text_add(why, "rpi=%llu and cpi=%llu: both or none", (unsigned long long)rpi, (unsigned long long)cpi);
        return 0;
    }
    if (rpi > 0 && (rpi * ly < clgn_unit_rows(g, p) || cpi * columns < clgn_unit_row(g, p))) {
        clgn_text_add(why, "rpi=%llu and cpi=%llu cover %llu rows of %llu, the unit has %llu of %llu",
                      (unsigned long long)rpi, (unsigned long long)cpi, (unsigned long long)(rpi * ly),
                      (unsigned long long)(cpi * columns), (unsigned long long)clgn_unit_rows(g, p),
                      (unsigned long long)clgn_unit_row(g, p));
        return 0;
    }
    return 1;
}

int clgn_legal_alone(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_text *why)
{
    (void)g;
    if (p->value[CLGN_P_WGS] != 1)
        clgn_text_add(why, "wgs=%ld, but this variant has work-groups of 1", p->value[CLGN_P_WGS]);
    return p->value[CLGN_P_WGS] == 1;
}

int clgn_params_legal(const struct clgn_variant *variant, const struct clgn_geometry *g, const struct clgn_device *d,
                      const struct clgn_params *p, struct clgn_text *why)
{
    const long *v = p->value;
    const uint64_t local = clgn_unit_local_bytes(g, p);
    const uint64_t shortest = shortest_row(g, p);
    if ((uint64_t)v[CLGN_P_WGS] > d->max_work_group)
        clgn_text_add(why, "wgs=%ld is more than the device's %llu", v[CLGN_P_WGS],
                      (unsigned long long)d->max_work_group);
    else if (v[CLGN_P_LX] > v[CLGN_P_WGS])
        clgn_text_add(why, "lx=%ld is more than wgs=%ld", v[CLGN_P_LX], v[CLGN_P_WGS]);
    else if ((uint64_t)v[CLGN_P_BLOCK] > (g->x_last ? g->g : 1))
        clgn_text_add(why, "block=%ld is more than %llu, the groups that a row holds", v[CLGN_P_BLOCK],
                      (unsigned long long)(g->x_last ? g->g : 1));
    else if ((uint64_t)v[CLGN_P_VEC] > shortest)
        clgn_text_add(why, "vec=%ld is more than the %llu elements that a vector may reach over", v[CLGN_P_VEC],
                      (unsigned long long)shortest);
    else if (v[CLGN_P_CHUNK] < v[CLGN_P_VEC] * v[CLGN_P_UNROLL])
        clgn_text_add(why, "chunk=%ld is less than vec * unroll = %ld", v[CLGN_P_CHUNK],
                      v[CLGN_P_VEC] * v[CLGN_P_UNROLL]);
    else if (v[CLGN_P_ALIGN] && !strides_align(g, p, (uint64_t)v[CLGN_P_VEC]))
        clgn_text_add(why, "align=1, but vec=%ld does not divide every stride", v[CLGN_P_VEC]);
    else if (v[CLGN_P_NT] && !v[CLGN_P_ALIGN])
        clgn_text_add(why, "nt=1 needs align=1");
    else if (v[CLGN_P_SG] != CLGN_SUBGROUPS_NONE && (v[CLGN_P_SG] != (long)d->subgroups || g->wide))
        clgn_text_add(why, "sg=%ld, but the device has sub-groups of kind %d%s", v[CLGN_P_SG], (int)d->subgroups,
                      g->wide ? ", and x is f64" : "");
    else if (v[CLGN_P_SG] == CLGN_SUBGROUPS_KHRONOS && !d->c_version_20)
        clgn_text_add(why, "sg=1 needs OpenCL C 2.0");
    else if (local > d->local_bytes)
        clgn_text_add(why, "%llu bytes of local memory are needed, the device has %llu", (unsigned long long)local,
                      (unsigned long long)d->local_bytes);
    else if (clgn_units(g, p) > UINT32_MAX / (uint64_t)v[CLGN_P_SLICES])
        clgn_text_add(why, "%llu units in %ld slices are too many", (unsigned long long)clgn_units(g, p),
                      v[CLGN_P_SLICES]);
    else
        return registers_legal(g, p, why) && (variant->legal == NULL || variant->legal(g, p, why));
    return 0;
}

size_t clgn_launch_units(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *launches,
                         size_t room)
{
    const uint64_t units = clgn_units(g, p);
    const uint64_t per = (uint64_t)p->value[CLGN_P_PER];
    const struct clgn_launch launch = {.groups = clgn_ceil_div(units, per),
                                       .units = (uint32_t)units,
                                       .per = (uint32_t)per,
                                       .slices = 1,
                                       .records = 1,
                                       .row_cuts = 1,
                                       .col_cut = 1};
    if (units > 0 && room > 0)
        launches[0] = launch;
    return units > 0;
}

struct clgn_launch clgn_launch_slices(const struct clgn_geometry *g, const struct clgn_params *p, int kernel,
                                      uint64_t first, uint64_t units)
{
    const uint64_t slices = (uint64_t)p->value[CLGN_P_SLICES];
    const uint64_t step = (uint64_t)(p->value[CLGN_P_LX] * p->value[CLGN_P_VEC]);
    const uint64_t rows = clgn_unit_rows(g, p);
    const uint64_t columns = clgn_unit_row(g, p);
    const uint64_t row_cuts = clgn_smaller(rows, slices);
    const uint64_t column_cuts = slices / row_cuts; /* slices beyond row_cuts * column_cuts find nothing to do */
    const struct clgn_launch launch = {.kernel = kernel,
                                       .groups = units * slices,
                                       .first = (uint32_t)first,
                                       .units = (uint32_t)units,
                                       .per = 1,
                                       .slices = (int32_t)slices,
                                       .records = (int32_t)slices,
                                       .row_cuts = (int32_t)row_cuts,
                                       .col_cut = (int64_t)(clgn_ceil_div(clgn_ceil_div(columns, column_cuts), step) *
                                                            step)};
    return launch;
}

struct clgn_launch clgn_launch_channels(const struct clgn_geometry *g, const struct clgn_params *p, int kernel)
{
    const uint64_t wgs = (uint64_t)p->value[CLGN_P_WGS];
    const struct clgn_launch launch = {.kernel = kernel,
                                       .groups = clgn_ceil_div(g->c, wgs == 1 ? CHANNELS_EACH : wgs),
                                       .units = (uint32_t)clgn_units(g, p),
                                       .per = 1,
                                       .slices = 1,
                                       .records = (int32_t)p->value[CLGN_P_SLICES],
                                       .row_cuts = 1,
                                       .col_cut = 1};
    return launch;
}
