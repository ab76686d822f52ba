/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune report: results as a page with plots, as Markdown, as comma-separated values. */
#define _POSIX_C_SOURCE 200809L

#include "report.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"

enum { KEY_MARKDOWN = 0x3000, KEY_CSV, KEY_PLOTS, KEY_TITLE, PATH_BYTES = 4096 };
enum report_form { FORM_HTML, FORM_MARKDOWN, FORM_CSV };

struct options {
    const char *program;
    enum report_form form;
    const char *output; /* NULL: stdout */
    const char *plots;  /* a folder, or NULL */
    const char *title;
    struct report_data data;
    size_t files;
};

static const struct argp_option arguments[] = {
    {"markdown", KEY_MARKDOWN, NULL, 0, "Tables in Markdown in place of the page", 0},
    {"csv", KEY_CSV, NULL, 0, "Tables as comma-separated values in place of the page", 0},
    {"output", 'o', "FILE", 0, "Write there, not to the standard output", 0},
    {"plots", KEY_PLOTS, "DIR", 0, "Write every plot there, too, as SVG and as PNG", 0},
    {"title", KEY_TITLE, "TEXT", 0, "Of the page; default: clgn", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void load(struct options *o, const char *path, struct argp_state *state)
{
    char error[REPORT_ERROR_BYTES];

    if (report_load(path, &o->data, error, sizeof(error)) != 0) {
        argp_failure(state, TUNE_USAGE, 0, "%s", error);
    }
    ++o->files;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_MARKDOWN:
    case KEY_CSV:
        o->form = key == KEY_CSV ? FORM_CSV : FORM_MARKDOWN;
        return 0;
    case 'o':
        o->output = argument;
        return 0;
    case KEY_PLOTS:
        o->plots = argument;
        return 0;
    case KEY_TITLE:
        o->title = argument;
        return 0;
    case ARGP_KEY_ARG:
        load(o, argument, state);
        return 0;
    case ARGP_KEY_END:
        if (o->files == 0) {
            argp_error(state, "no file is given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int fail(const struct options *o, const char *path)
{
    fprintf(stderr, "%s: %s: %s\n", o->program, path, strerror(errno));
    return TUNE_USAGE;
}

static int write_picture(const struct options *o, const struct report_section *s, const char *kind, const char *data,
                         size_t bytes)
{
    char path[PATH_BYTES];
    FILE *file;
    int written;

    snprintf(path, sizeof(path), "%s/%s.%s", o->plots, s->id, kind);
    file = fopen(path, "wb");
    if (!file) {
        return fail(o, path);
    }
    written = fwrite(data, 1, bytes, file) == bytes;
    return fclose(file) == 0 && written ? TUNE_OK : fail(o, path);
}

/* A picture of the section, kept in *kept where that is not NULL, else freed. */
static int draw(const struct options *o, const struct report_section *s, const char *kind, char **kept)
{
    char error[REPORT_ERROR_BYTES];
    size_t bytes;
    char *picture = report_plot(s, kind, &bytes, error, sizeof(error));
    int result = TUNE_OK;

    if (!picture) {
        fprintf(stderr, "%s: %s\n", o->program, error);
        return TUNE_DEVICE;
    }
    if (o->plots) {
        result = write_picture(o, s, kind, picture, bytes);
    }
    if (kept) {
        *kept = picture;
    } else {
        free(picture);
    }
    return result;
}

/* Plots are there for the page and for --plots. Without gnuplot a page is good, but a folder was asked for in vain. */
static int draw_all(const struct options *o, const struct report *report, char **pictures)
{
    int result = TUNE_OK;

    if (o->plots && mkdir(o->plots, 0777) != 0 && errno != EEXIST) {
        return fail(o, o->plots);
    }
    for (size_t i = 0; i < report->count && result == TUNE_OK && (o->plots || o->form == FORM_HTML); ++i) {
        if (report->sections[i].script) {
            result = draw(o, &report->sections[i], "svg", &pictures[i]);
        }
        if (result == TUNE_OK && o->plots && report->sections[i].script) {
            result = draw(o, &report->sections[i], "png", NULL);
        }
    }
    return result == TUNE_DEVICE && !o->plots ? TUNE_OK : result;
}

static int write_report(const struct options *o, const struct report *report, char *const *pictures)
{
    FILE *out = o->output ? fopen(o->output, "w") : stdout;

    if (!out) {
        return fail(o, o->output);
    }
    if (o->form == FORM_HTML) {
        report_html(report, pictures, o->title, out);
    } else if (o->form == FORM_MARKDOWN) {
        report_markdown(report, o->title, out);
    } else {
        report_csv(report, out);
    }
    if (fflush(out) != 0 || ferror(out) || (o->output && fclose(out) != 0)) {
        return fail(o, o->output ? o->output : "standard output");
    }
    return TUNE_OK;
}

int tune_report(int argc, char **argv)
{
    const struct argp argp = {arguments,
                              parse,
                              "FILE...",
                              "Show results: of clgn-tune bench --json, tuning files, and of bench/peers/compare.py.\v"
                              "A page has its plots in it; they are drawn by gnuplot. Without that it has tables.",
                              NULL,
                              NULL,
                              NULL};
    struct options o = {.program = argv[0], .title = "clgn"};
    struct report report = {.count = 0};
    char *pictures[REPORT_MOST_SECTIONS] = {NULL};
    int result = argp_parse(&argp, argc, argv, 0, NULL, &o) != 0 ? TUNE_USAGE : TUNE_OK;

    if (result == TUNE_OK && report_build(&o.data, &report) != 0) {
        fprintf(stderr, "%s: out of memory, or more than %d files\n", o.program, REPORT_MOST_SECTIONS);
        result = TUNE_USAGE;
    }
    result = result == TUNE_OK ? draw_all(&o, &report, pictures) : result;
    result = result == TUNE_OK ? write_report(&o, &report, pictures) : result;
    for (size_t i = 0; i < REPORT_MOST_SECTIONS; ++i) {
        free(pictures[i]);
    }
    report_release(&report);
    report_data_release(&o.data);
    return result;
}
