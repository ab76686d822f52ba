/* SPDX-License-Identifier: Apache-2.0 */
/* Reads Linux' description of the first processor, and asks the one that runs. */
#include "processor.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

/* Lines that say what code runs, on x86, ARM, POWER and RISC-V; others, such as the clock, change by the minute. */
static int says_what_runs(const char *line)
{
    static const char *const names[] = {
        "vendor_id",        "cpu family",  "model",    "stepping", "flags", "Features", "CPU implementer",
        "CPU architecture", "CPU variant", "CPU part", "cpu\t",    "isa",   "uarch",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(line, names[i], strlen(names[i])) == 0)
            return 1;
    return 0;
}

/* The first processor ends with an empty line. Lines longer than the buffer come in pieces. */
static XXH64_hash_t hash_first(FILE *in, char *model, size_t model_bytes)
{
    char piece[256];
    int wanted = 0;
    int begins = 1;
    XXH64_hash_t hash = 0;
    while (fgets(piece, sizeof piece, in) != NULL && !(begins && piece[0] == '\n')) {
        const size_t length = strlen(piece);
        const char *value = strchr(piece, ':');
        if (begins)
            wanted = says_what_runs(piece);
        if (wanted)
            hash = XXH3_64bits_withSeed(piece, length, hash);
        if (begins && strncmp(piece, "model name", strlen("model name")) == 0 && value != NULL)
            snprintf(model, model_bytes, "%.*s", (int)strcspn(value, "\n"), value);
        begins = length > 0 && piece[length - 1] == '\n';
    }
    return hash;
}

void clgn_processor_print(const char *path, struct clgn_text *text)
{
    char model[128] = "";
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return;
    clgn_text_add(text, "%016llx", (unsigned long long)hash_first(in, model, sizeof model));
    clgn_text_add(text, "%s", model);
    fclose(in);
}

int clgn_processor_rounds_bf16(void)
{
#if defined(__x86_64__)
    unsigned eax;
    unsigned ebx;
    unsigned ecx;
    unsigned edx;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 5 & 1);
#else
    return 0;
#endif
}
