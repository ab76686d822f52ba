/* SPDX-License-Identifier: Apache-2.0 */
/* The section of all configurations that a tuning run measured: for each problem from the fastest to the slowest. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_dots.h"
#include "report_section.h"
#include "timing.h"

enum { MOST_PANELS = 12, MOST_VARIANTS = 8, PANEL_PIXELS = 300, KEY_PIXELS = 40 };

/* A configuration of a problem. */
struct point {
    const char *config;
    const json_t *what; /* status, ns */
    double ns;          /* median; 0: none */
    size_t samples;
};

struct points {
    struct point *list;
    size_t count;
    size_t timed; /* these come first, by time */
};

struct panel {
    const char *problem;
    double slowest; /* over the fastest */
};

struct variants {
    char *names[MOST_VARIANTS]; /* the last stands for all others, too */
    size_t count;
};

static const char map_note[] =
    "Every configuration that was measured, from the fastest to the slowest, as a multiple of the fastest one's time. "
    "The race drops what is clearly slower early, so that the slow ones have few samples. "
    "The plots are of the first 12 problems, the table of all.";

static double median_of(const json_t *samples, size_t *count)
{
    double *values = calloc(json_array_size(samples) + 1, sizeof(*values));
    struct timing_interval interval = {0.0, 0.0, 0.0, 0};
    const json_t *value;
    size_t i;

    *count = 0;
    json_array_foreach(samples, i, value)
    {
        if (values && json_number_value(value) > 0.0) {
            values[(*count)++] = json_number_value(value);
        }
    }
    if (values) {
        interval = timing_interval(values, *count);
    }
    free(values);
    return interval.median;
}

/* What was timed first, by time. */
static int compare(const void *a, const void *b)
{
    const struct point *p = a;
    const struct point *q = b;

    if ((p->ns > 0.0) != (q->ns > 0.0)) {
        return p->ns > 0.0 ? -1 : 1;
    }
    if (p->ns < q->ns || p->ns > q->ns) {
        return p->ns < q->ns ? -1 : 1;
    }
    return strcmp(p->config, q->config);
}

static struct points points_of(const json_t *problem)
{
    json_t *configs = json_object_get(problem, "configs");
    struct points all = {calloc(json_object_size(configs) + 1, sizeof(*all.list)), 0, 0};
    const char *name;
    json_t *config;

    json_object_foreach(configs, name, config)
    {
        struct point *p = all.list ? &all.list[all.count++] : NULL;
        if (p) {
            p->config = name;
            p->what = config;
            p->ns = median_of(json_object_get(config, "ns"), &p->samples);
            all.timed += p->ns > 0.0;
        }
    }
    if (all.list) {
        qsort(all.list, all.count, sizeof(*all.list), compare);
    }
    return all;
}

/* The series of a configuration: its variant. */
static size_t variant_of(struct variants *variants, const char *config)
{
    const size_t length = strcspn(config, ",");

    for (size_t i = 0; i < variants->count; ++i) {
        if (strlen(variants->names[i]) == length && strncmp(variants->names[i], config, length) == 0) {
            return i;
        }
    }
    if (variants->count == MOST_VARIANTS) {
        return MOST_VARIANTS - 1;
    }
    variants->names[variants->count] = strndup(config, length);
    return variants->names[variants->count] ? variants->count++ : 0;
}

static void add_rows(const char *problem, const struct points *all, struct report_section *s)
{
    for (size_t i = 0; i < all->count; ++i) {
        const struct point *p = &all->list[i];
        const char *status = report_text(p->what, "status");
        json_array_append_new(s->rows,
                              json_pack("[s, o, s, o, o, s]", problem, json_sprintf("%zu", i + 1),
                                        *status ? status : "-",
                                        p->ns > 0.0 ? json_sprintf("%.1f", p->ns / 1e3) : json_string("-"),
                                        p->ns > 0.0 ? json_sprintf("%.3f", p->ns / all->list[0].ns) : json_string("-"),
                                        p->config));
    }
}

/* The points of a problem, a block for each variant. */
static void write_points(size_t panel, const struct points *all, struct variants *variants, FILE *script)
{
    for (size_t v = 0; v < MOST_VARIANTS; ++v) {
        fprintf(script, "$panel%zu_%zu << EOD\n", panel, v);
        for (size_t i = 0; i < all->timed; ++i) {
            if (variant_of(variants, all->list[i].config) == v) {
                fprintf(script, "%zu %.6g\n", i + 1, all->list[i].ns / all->list[0].ns);
            }
        }
        fputs("NaN NaN\nEOD\n", script);
    }
}

static void write_panel(size_t number, const struct panel *panel, struct variants *variants, FILE *script)
{
    char *title = report_plot_text(panel->problem);

    fprintf(script, "set title \"%s\"\nset yrange [0.95:%.6g]\nplot ", title ? title : "", 1.3 * panel->slowest);
    free(title);
    for (size_t v = 0; v < variants->count; ++v) {
        char *name = report_plot_text(variants->names[v]);
        fprintf(script, "%s$panel%zu_%zu using 1:2 with points %s title \"%s\"", v > 0 ? ", " : "", number, v,
                report_style(v), name ? name : "");
        free(name);
    }
    fputc('\n', script);
}

static void write_panels(const struct panel *list, size_t count, struct variants *variants, FILE *script)
{
    fprintf(script,
            "set multiplot layout %zu,%d\nset key inside top left vertical samplen 1\nset xrange [0:*]\n"
            "set logscale y\nset xlabel 'rank'\nset ylabel 'time over the fastest'\n"
            "set ytics (1, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100, 1000)\n",
            (count + 1) / 2, count > 1 ? 2 : 1);
    for (size_t i = 0; i < count; ++i) {
        write_panel(i, &list[i], variants, script);
    }
    fputs("unset multiplot\n", script);
}

static int draw(const json_t *record, struct report_section *s, FILE *script)
{
    struct variants variants = {.count = 0};
    struct panel list[MOST_PANELS];
    const char *problem;
    json_t *what;
    size_t panels = 0;

    report_plot_begin(script);
    json_object_foreach((json_t *)(size_t)record, problem, what)
    {
        struct points all = points_of(what);
        if (!all.list) {
            return -1;
        }
        add_rows(problem, &all, s);
        if (all.timed > 0 && panels < MOST_PANELS) {
            list[panels] = (struct panel){problem, all.list[all.timed - 1].ns / all.list[0].ns};
            write_points(panels++, &all, &variants, script);
        }
        free(all.list);
    }
    write_panels(list, panels, &variants, script);
    s->height = (unsigned)(PANEL_PIXELS * ((panels + 1) / 2) + KEY_PIXELS);
    for (size_t v = 0; v < variants.count; ++v) {
        free(variants.names[v]);
    }
    return panels > 0 ? 1 : 0;
}

int report_map(const json_t *document, struct report *report)
{
    char title[128];
    struct report_section *s;
    size_t bytes = 0;
    FILE *script;
    int drawn;

    report_title("Configurations", json_object_get(document, "device"), title, sizeof(title));
    s = report_begin(report, "map", title, map_note,
                     json_pack("[s, s, s, s, s, s]", "problem", "rank", "status", "us", "over the fastest",
                               "configuration"));
    script = s ? open_memstream(&s->script, &bytes) : NULL;
    if (!script) {
        return -1;
    }
    drawn = draw(json_object_get(document, "record"), s, script);
    if (fclose(script) != 0 || drawn < 0) {
        return -1;
    }
    if (drawn == 0) { /* nothing was timed */
        free(s->script);
        s->script = NULL;
    }
    return 0;
}
