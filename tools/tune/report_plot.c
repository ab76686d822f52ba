/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures by gnuplot, a program that need not be there. */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

enum { NOT_FOUND = 127, PATH_BYTES = 4096 };

char *report_plot_text(const char *text)
{
    char *copy = strdup(text);

    for (char *c = copy; c && *c != '\0'; ++c) {
        if ((unsigned char)*c < ' ' || strchr("\"\\`$@", *c)) {
            *c = '_';
        }
    }
    return copy;
}

static int write_script(const struct report_section *section, const char *terminal, char *path, size_t path_bytes)
{
    const char *folder = getenv("TMPDIR");
    const int is_svg = strcmp(terminal, "svg") == 0;
    FILE *file;
    int fd;

    snprintf(path, path_bytes, "%s/clgn-plot-XXXXXX", folder && *folder ? folder : "/tmp");
    fd = mkstemp(path);
    if (fd < 0) {
        return -1;
    }
    file = fdopen(fd, "w");
    if (!file) {
        close(fd);
        return -1;
    }
    fprintf(file, "set terminal %s noenhanced size %d,%u font \"%s,%d\" background \"#ffffff\"\n",
            is_svg ? "svg" : "pngcairo", REPORT_PLOT_WIDTH, section->height, is_svg ? "sans-serif" : "Sans",
            is_svg ? 12 : 10);
    fputs(section->script, file);
    return fclose(file) == 0 ? 0 : -1;
}

static char *read_all(FILE *from, size_t *bytes)
{
    char *data = NULL;
    char block[8192];
    size_t got;
    FILE *into = open_memstream(&data, bytes);

    while (into && (got = fread(block, 1, sizeof(block), from)) > 0) {
        fwrite(block, 1, got, into);
    }
    if (into && fclose(into) != 0) {
        free(data);
        data = NULL;
    }
    return data;
}

/* The path has no quotes unless TMPDIR has, then there is no picture. */
static char *run(const char *path, size_t *bytes, int *status)
{
    char command[PATH_BYTES + 128];
    char *picture;
    FILE *pipe;

    *status = -1;
    if (strchr(path, '\'')) {
        return NULL;
    }
    snprintf(command, sizeof(command), "command -v gnuplot >/dev/null 2>&1 || exit %d; exec gnuplot '%s'", NOT_FOUND,
             path);
    pipe = popen(command, "r");
    if (!pipe) {
        return NULL;
    }
    picture = read_all(pipe, bytes);
    *status = pclose(pipe);
    return picture;
}

char *report_plot(const struct report_section *section, const char *terminal, size_t *bytes, char *error,
                  size_t error_bytes)
{
    char path[PATH_BYTES];
    char *picture = NULL;
    int status = -1;

    *bytes = 0;
    if (write_script(section, terminal, path, sizeof(path)) != 0) {
        snprintf(error, error_bytes, "%s: cannot be written", path);
        return NULL;
    }
    picture = run(path, bytes, &status);
    unlink(path);
    if (status == 0 && picture && *bytes > 0) {
        return picture;
    }
    free(picture);
    if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND) {
        snprintf(error, error_bytes, "gnuplot is not there (Debian: gnuplot-nox); without it there are tables only");
    } else {
        snprintf(error, error_bytes, "gnuplot failed on the plot of %s", section->id);
    }
    return NULL;
}
