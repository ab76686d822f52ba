/* SPDX-License-Identifier: Apache-2.0 */
/* Files of measured choices, made up for tests. */
#include "tuned_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_devices.h"
#include "source.h"

void tuned_text_print(const struct clgn_device *device, const struct tuned_entry *entries, size_t count, char *text,
                      size_t bytes)
{
    const struct clgn_identity *id = &device->identity;
    struct clgn_text out = clgn_text_in(text, bytes);

    clgn_text_add(
        &out,
        "{\"format\":\"clgn-tuning\",\"format_version\":1,\"kernel_revision\":%d,\n\"device\":{\"vendor\":\"%s\","
        "\"name\":\"%s\",\"arch\":\"%s\",\"type\":\"%s\",\"compute_units\":%llu,\"platform\":\"%s\","
        "\"driver\":\"%s\",\"version\":\"%s\"},\n\"runs\":[{\"id\":\"r1\",\"tool\":\"tests\"}],\n\"entries\":[",
        CLGN_KERNEL_REVISION, id->vendor, id->name, id->arch, id->type, (unsigned long long)device->compute_units,
        id->platform, id->driver, id->version);
    for (size_t i = 0; i < count; i++) {
        const struct tuned_entry *e = &entries[i];
        const double median = e->median_ns > 0 ? e->median_ns : 1000;

        clgn_text_add(
            &out,
            "%s{\"kind\":\"%s\",\"n\":%zu,\"c\":%zu,\"g\":%zu,\"s\":%zu,\"config\":\"%s\",\"ns\":{\"median\":%g,"
            "\"lo\":%g,\"hi\":%g,\"samples\":9},\"base\":{\"config\":\"fwd_rows\",\"median\":2000},"
            "\"copy_ns\":900,\"verify\":{\"cases\":9,\"worst\":0.5},\"run\":\"r1\",\"quality\":\"ok\","
            "\"generic\":%s}",
            i > 0 ? ",\n" : "", e->kind != NULL ? e->kind : TUNED_KIND, e->n, e->c, e->g, e->s, e->config, median,
            0.9 * median, 1.1 * median, e->generic ? "true" : "false");
    }
    clgn_text_add(&out, "]}\n");
    if (out.cut) {
        abort(); /* a test's mistake */
    }
}

int tuned_sample(const char *find, const char *by, char text[TUNED_SAMPLE_BYTES])
{
    const struct tuned_entry entries[] = {
        {.config = "fwd_rows,wgs=1,vec=16", .n = 2, .c = 320, .g = 32, .s = 4096},
        {.config = "fwd_twopass,slices=4", .n = 1, .c = 64, .g = 8, .s = 100, .generic = 1},
    };
    char whole[TUNED_SAMPLE_BYTES];
    const char *at;

    tuned_text_print(&fake_devices[CPU], entries, 2, whole, sizeof whole);
    at = strstr(whole, find);
    if (at != NULL) {
        snprintf(text, TUNED_SAMPLE_BYTES, "%.*s%s%s", (int)(at - whole), whole, by, at + strlen(find));
    }
    return at != NULL;
}
