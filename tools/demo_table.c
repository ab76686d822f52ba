/* SPDX-License-Identifier: Apache-2.0 */
/* demo-table LABEL... < LINES: prints the JSON lines of clgn-norm, one per label, as one table. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

/* Below this the time is that of a launch, not of memory: no speed is shown. */
static const double least_bytes = 65536.0;

struct row {
    double error; /* in units of the bound; -1: not a number */
    int right;
    const char *against;
    double gbps;
    double copy_gbps;
    int timed;
};

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : -1.0;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "?";
}

static struct row read_row(const json_t *line)
{
    const json_t *speed = json_object_get(line, "speed");
    const json_t *verify = json_object_get(line, "verify");
    const json_t *expect = json_object_get(line, "expect");
    const json_t *check = json_is_object(expect) ? expect : verify;
    struct row row = {0};

    row.against = json_is_object(expect) ? "PyTorch, float64" : json_is_object(verify) ? "own reference" : "nothing";
    row.error = number(check, "error");
    row.right = json_is_true(json_object_get(check, "right"));
    if (json_is_object(expect) && json_is_object(verify)) {
        row.right = row.right && json_is_true(json_object_get(verify, "right"));
    }
    row.gbps = number(speed, "gbps");
    row.copy_gbps = number(speed, "copy_gbps");
    row.timed = row.copy_gbps > 0.0 && 1e3 * row.gbps * number(speed, "median_us") >= least_bytes;
    return row;
}

static void print_head(const json_t *line)
{
    const json_t *device = json_object_get(line, "device");

    printf("\n%s: %s, %s, driver %s\n\n", text(device, "type"), text(device, "name"), text(device, "platform"),
           text(device, "driver"));
    printf("%-58s  %-16s  %-13s  %7s  %7s  %5s\n", "what was computed", "checked against", "largest error", "GB/s",
           "copy", "ratio");
}

static void print_row(const char *label, const struct row *row)
{
    printf("%-58s  %-16s  ", label, row->against);
    if (row->error >= 0.0) {
        printf(row->error < 100.0 ? "%5.2f %-7s  " : "%5.2g %-7s  ", row->error, row->right ? "right" : "WRONG");
    } else {
        printf("%-13s  ", row->right ? "right" : "WRONG");
    }
    if (row->timed) {
        printf("%7.1f  %7.1f  %5.2f\n", row->gbps, row->copy_gbps, row->gbps / row->copy_gbps);
    } else {
        printf("%7s  %7s  %5s\n", "-", "-", "-");
    }
}

int main(int argc, char **argv)
{
    int right = 0;

    for (int i = 1; i < argc; ++i) {
        json_error_t error;
        json_t *line = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, &error);
        struct row row;
        if (!line) {
            fprintf(stderr, "demo-table: no result for '%s': %s\n", argv[i], error.text);
            return 1;
        }
        if (i == 1) {
            print_head(line);
        }
        row = read_row(line);
        right += row.right;
        print_row(argv[i], &row);
        json_decref(line);
    }
    printf("\nlargest error: of any element, as a part of what is allowed there; 1.00 is the limit, and rounding to\n"
           "f16 or bf16 alone comes close to it. GB/s: x read once, y written once, from memory. copy: the fastest "
           "copy of the\n"
           "same bytes in the same run. -: too small to be timed.\n%d of %d right.\n",
           right, argc - 1);
    return right == argc - 1 ? 0 : 3;
}
