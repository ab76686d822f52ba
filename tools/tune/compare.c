/* SPDX-License-Identifier: Apache-2.0 */
/* Matching the results of two runs, and judging their difference. */
#include "compare.h"

#include <string.h>

enum { KEY_BYTES = 1024 };

static const char *text_of(const json_t *result, const char *name, const char *usual)
{
    const char *text = json_string_value(json_object_get(result, name));

    return text ? text : usual;
}

/* What partners agree in. The library's own choice may change from one version to the next; a pin may not. */
static void write_key(const json_t *result, char key[KEY_BYTES])
{
    const char *pin = strcmp(text_of(result, "from", ""), "pin") == 0 ? text_of(result, "config", "") : "";

    snprintf(key, KEY_BYTES, "%s %s %s %s %s %s %s|%s|%s|%s", text_of(result, "problem", ""), text_of(result, "op", ""),
             text_of(result, "norm", ""), text_of(result, "dtype", ""), text_of(result, "layout", ""),
             text_of(result, "act", ""), text_of(result, "flags", "CH"), text_of(result, "cache", "cold"), pin,
             text_of(result, "device", ""));
}

static double number_of(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

struct interval {
    double lo, value, hi;
};

static struct interval time_of(const json_t *result)
{
    const json_t *ns = json_object_get(result, "ns");

    return (struct interval){number_of(ns, "lo"), number_of(ns, "median"), number_of(ns, "hi")};
}

/* As much lower and higher as the times of problem and copy allow together. */
static struct interval efficiency_of(const json_t *result)
{
    const struct interval ns = time_of(result);
    const json_t *copy = json_object_get(result, "copy_ns");
    struct interval e;

    e.value = number_of(result, "efficiency");
    e.lo = e.value * ns.value / ns.hi;
    e.hi = e.value * ns.value / ns.lo;
    if (copy) {
        e.lo *= number_of(copy, "lo") / number_of(copy, "median");
        e.hi *= number_of(copy, "hi") / number_of(copy, "median");
    }
    return e;
}

/* How many times slower, with the least and the most that the intervals allow. */
struct change {
    const char *metric;
    double base, now;
    struct interval slower;
};

static struct change judge(const json_t *base, const json_t *now, enum compare_metric metric)
{
    const struct interval b = efficiency_of(base);
    const struct interval n = efficiency_of(now);
    const struct interval tb = time_of(base);
    const struct interval tn = time_of(now);

    if (metric == COMPARE_EFFICIENCY && b.value > 0.0 && n.value > 0.0) {
        return (struct change){"efficiency", b.value, n.value, {b.lo / n.hi, b.value / n.value, b.hi / n.lo}};
    }
    return (struct change){"us", tb.value / 1e3, tn.value / 1e3, {tn.lo / tb.hi, tn.value / tb.value, tn.hi / tb.lo}};
}

static const char *name_verdict(const struct change *c, double limit, struct compare_tally *tally)
{
    if (c->slower.value > 1.0 + limit) {
        if (c->slower.lo > 1.0) {
            tally->slower++;
            return "SLOWER";
        }
        tally->unsure++;
        return "unsure";
    }
    if (c->slower.value < 1.0 / (1.0 + limit) && c->slower.hi < 1.0) {
        tally->faster++;
        return "faster";
    }
    tally->same++;
    return "same";
}

static void print_words(FILE *out, const json_t *r)
{
    fprintf(out, "%-28s %-9s %-8s %-8s %-9s %-14s ", text_of(r, "problem", ""), text_of(r, "op", ""),
            text_of(r, "norm", ""), text_of(r, "dtype", ""), text_of(r, "layout", ""), text_of(r, "act", ""));
}

static void print_pair(FILE *out, const json_t *base, const json_t *now, enum compare_metric metric, double limit,
                       struct compare_tally *tally)
{
    const struct change c = judge(base, now, metric);
    const char *verdict = name_verdict(&c, limit, tally);

    print_words(out, now);
    fprintf(out, "%-10s %9.3f %9.3f %+7.1f%% %+7.1f%% %+7.1f%%  %s%s%s\n", c.metric, c.base, c.now,
            100.0 * (c.slower.value - 1.0), 100.0 * (c.slower.lo - 1.0), 100.0 * (c.slower.hi - 1.0), verdict,
            strcmp(text_of(base, "config", ""), text_of(now, "config", "")) == 0 ? "" : ", another configuration: ",
            strcmp(text_of(base, "config", ""), text_of(now, "config", "")) == 0 ? "" : text_of(now, "config", ""));
}

/* The result of an array with a key; NULL for none. */
static const json_t *find(const json_t *results, const char *key)
{
    for (size_t i = 0; i < json_array_size(results); ++i) {
        char other[KEY_BYTES];
        write_key(json_array_get(results, i), other);
        if (strcmp(key, other) == 0) {
            return json_array_get(results, i);
        }
    }
    return NULL;
}

static int check_unique(const json_t *results, const char *which, char *error, size_t error_bytes)
{
    for (size_t i = 0; i < json_array_size(results); ++i) {
        char key[KEY_BYTES];
        write_key(json_array_get(results, i), key);
        if (find(results, key) != json_array_get(results, i)) {
            snprintf(error, error_bytes, "%s: results[%zu]: %s stands there twice", which, i, key);
            return -1;
        }
    }
    return 0;
}

static size_t print_alone(FILE *out, const json_t *results, const json_t *others, const char *what)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(results); ++i) {
        const json_t *result = json_array_get(results, i);
        char key[KEY_BYTES];
        write_key(result, key);
        if (!find(others, key)) {
            print_words(out, result);
            fprintf(out, "%s (%s)\n", what, text_of(result, "device", "no device named"));
            ++count;
        }
    }
    return count;
}

int compare_print(const json_t *base, const json_t *now, enum compare_metric metric, double limit, FILE *out,
                  struct compare_tally *tally, char *error, size_t error_bytes)
{
    const json_t *olds = json_object_get(base, "results");
    const json_t *news = json_object_get(now, "results");

    memset(tally, 0, sizeof(*tally));
    if (check_unique(olds, "base", error, error_bytes) != 0 || check_unique(news, "now", error, error_bytes) != 0) {
        return -1;
    }
    fprintf(out, "%-28s %-9s %-8s %-8s %-9s %-14s %-10s %9s %9s %8s %8s %8s\n", "problem", "op", "norm", "type",
            "layout", "act", "compared", "base", "now", "slower", "at least", "at most");
    for (size_t i = 0; i < json_array_size(news); ++i) {
        const json_t *fresh = json_array_get(news, i);
        const json_t *old;
        char key[KEY_BYTES];
        write_key(fresh, key);
        old = find(olds, key);
        if (old) {
            print_pair(out, old, fresh, metric, limit, tally);
        }
    }
    tally->now_alone = print_alone(out, news, olds, "not in the base");
    tally->base_alone = print_alone(out, olds, news, "in the base alone");
    return 0;
}
