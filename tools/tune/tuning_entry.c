/* SPDX-License-Identifier: Apache-2.0 */
/* Results and entries as JSON. */
#include "tuning_entry.h"

#include "record.h"

static json_t *interval(const struct timing_interval *ns)
{
    return json_pack("{s:f, s:f, s:f, s:I}", "median", ns->median, "lo", ns->lo, "hi", ns->hi, "samples",
                     (json_int_t)ns->samples);
}

static json_t *verification(const json_t *config)
{
    return json_pack("{s:O, s:O}", "cases", json_object_get(config, "cases"), "worst",
                     json_object_get(config, "worst"));
}

static json_t *entry_of(const struct tuning *t, const struct search_result *found)
{
    static const char *const key[] = {"kind", "n", "c", "g", "s"};
    const char *config = t->candidates[found->winner].config;
    json_t *entry = json_object();

    for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); ++i) {
        json_object_set(entry, key[i], json_object_get(t->answer, key[i]));
    }
    json_object_set_new(entry, "config", json_string(config));
    json_object_set_new(entry, "ns", interval(&found->ns));
    if (found->base.samples > 0) {
        json_object_set_new(entry, "base",
                            json_pack("{s:s, s:f}", "config", t->candidates[0].config, "median", found->base.median));
    }
    if (found->copy_ns > 0.0) {
        json_object_set_new(entry, "copy_ns", json_real(found->copy_ns));
    }
    json_object_set_new(entry, "verify", verification(record_config(t->record, t->name, config)));
    json_object_set(entry, "run", json_object_get(t->run, "id"));
    json_object_set_new(entry, "quality", json_string(found->noisy ? "noisy" : "ok"));
    return entry;
}

/* The run, with what is known of the clock and the copy by now. */
static json_t *run_of(const struct tuning *t)
{
    json_t *run = json_copy(t->run);

    json_object_set(run, "timer", json_object_get(t->facts, "timer"));
    json_object_set_new(run, "cache", json_string(t->cold ? "cold" : "warm"));
    if (t->copy_bytes > 0.0 && t->least_copy_ns > 0.0) {
        json_object_set_new(run, "copy_gbps", json_real(t->copy_bytes / t->least_copy_ns));
    }
    json_object_set_new(run, "candidates", json_integer((json_int_t)t->count));
    return run;
}

json_t *tuning_result(const struct tuning *t, const struct search_result *found, int unconfirmed)
{
    const double gain = found->ns.median > 0.0 ? found->base.median / found->ns.median : 0.0;
    json_t *result = json_pack("{s:s, s:s, s:f, s:f, s:f, s:I, s:o, s:o, s:o}", "problem", t->name, "heuristic",
                               t->candidates[0].config, "gain", gain, "noise", found->noise, "drift", found->drift,
                               "candidates", (json_int_t)t->count, "counts", record_counts(t->record, t->name), "entry",
                               entry_of(t, found), "run", run_of(t));

    if (result && found->cut) {
        json_object_set_new(result, "cut", json_true());
    }
    if (result && unconfirmed) {
        json_object_set_new(result, "unconfirmed", json_true());
    }
    return result;
}
