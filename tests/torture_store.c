/* SPDX-License-Identifier: Apache-2.0 */
/* Mistreats a folder of cached programs: many processes, a vandal, killed writers, cuts, flipped bits, a full disk. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store.h"
#include "trim.h"

enum { PAYLOAD_MOST = 4096, KEY_BYTES = 64, ROUNDS = 3, KILLS = 40 };

/* What happened; a wrong payload is what must never be. */
struct counts {
    unsigned long hits, misses, rejects, stores, failed, wrong;
};

static const char *folder;

/* Everything about a program follows from its number. */
static size_t key_of(unsigned program, char key[KEY_BYTES])
{
    return (size_t)snprintf(key, KEY_BYTES, "torture %u\n", program);
}

static size_t payload_of(unsigned program, unsigned char payload[PAYLOAD_MOST])
{
    const size_t bytes = 1 + (program * 37U) % PAYLOAD_MOST;
    uint32_t state = program + 1;

    for (size_t i = 0; i < bytes; i++) {
        state = state * 1664525U + 1013904223U;
        payload[i] = (unsigned char)(state >> 24);
    }
    return bytes;
}

static void put(unsigned program, struct counts *counts)
{
    unsigned char payload[PAYLOAD_MOST];
    char key[KEY_BYTES];
    struct clgn_blob blob = {key, key_of(program, key), payload, payload_of(program, payload), 1};

    if (clgn_store_put(folder, &blob) == CLGN_FILE_OK) {
        counts->stores++;
    } else {
        counts->failed++;
    }
}

static enum clgn_store_result find(unsigned program, struct counts *counts)
{
    unsigned char payload[PAYLOAD_MOST];
    char key[KEY_BYTES];
    struct clgn_found found;
    const size_t bytes = payload_of(program, payload);
    const enum clgn_store_result result = clgn_store_find(folder, key, key_of(program, key), &found);

    counts->hits += result == CLGN_STORE_HIT;
    counts->misses += result == CLGN_STORE_MISS;
    counts->rejects += result == CLGN_STORE_REJECT;
    if (result == CLGN_STORE_HIT &&
        (found.blob.payload_bytes != bytes || memcmp(found.blob.payload, payload, bytes) != 0)) {
        counts->wrong++;
    }
    clgn_found_release(&found);
    return result;
}

static void path_of(unsigned program, char *path, size_t bytes)
{
    char key[KEY_BYTES], name[CLGN_STORE_NAME_BYTES];
    const size_t key_bytes = key_of(program, key);

    clgn_store_name(key, key_bytes, name);
    snprintf(path, bytes, "%s/%s", folder, name);
}

/* ---- many processes ---- */

/* Pipes on which users say that they wait, and the vandal that they may go on. */
struct meeting {
    int users[2], vandal[2];
};

static void meet(int write_to, int read_from)
{
    char byte = 0;

    (void)!(write_to >= 0 && write(write_to, &byte, 1));
    (void)!(read_from >= 0 && read(read_from, &byte, 1));
}

/* Before its last round it waits until the vandal has been through the whole folder. */
static void use(unsigned process, unsigned programs, const struct meeting *meeting, struct counts *counts)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (round == ROUNDS - 1) {
            meet(meeting->users[1], meeting->vandal[0]);
        }
        for (unsigned i = 0; i < programs; i++) {
            const unsigned program = (i * 7 + process * 13 + round) % programs;

            if (find(program, counts) != CLGN_STORE_HIT) {
                put(program, counts);
            }
        }
        (void)clgn_trim(folder, programs * 1200UL, programs * 1000UL);
    }
}

/* Cuts, overwrites, and replaces by links while the others work; once more when one of them waits. */
static void vandalise(unsigned processes, unsigned programs, const struct meeting *meeting)
{
    for (unsigned i = 0; i < programs * ROUNDS * 4; i++) {
        char path[512];
        int file;

        if (i == programs * (ROUNDS - 1) * 4) {
            meet(-1, meeting->users[0]);
        }
        path_of((i * 31) % programs, path, sizeof path);
        switch (i % 4) {
        case 0:
            (void)!truncate(path, (off_t)(i % 200));
            break;
        case 1:
            file = open(path, O_WRONLY | O_NOFOLLOW);
            if (file >= 0) {
                (void)!pwrite(file, "vandal", 6, (off_t)(i % 300));
                close(file);
            }
            break;
        case 2:
            (void)unlink(path);
            (void)!symlink("/etc/passwd", path);
            break;
        default:
            (void)chmod(path, 0666);
        }
    }
    for (unsigned i = 0; i < processes; i++) {
        meet(meeting->vandal[1], -1);
    }
}

/* One child; its counts come through a pipe, and how it ended through wait. */
static pid_t start(unsigned process, unsigned processes, unsigned programs, const struct meeting *meeting, int to)
{
    const pid_t pid = fork();

    if (pid == 0) {
        struct counts counts = {0};

        if (process == processes) {
            vandalise(processes, programs, meeting);
        } else {
            use(process, programs, meeting, &counts);
        }
        _exit(write(to, &counts, sizeof counts) == sizeof counts ? 0 : 1);
    }
    return pid;
}

static int many(unsigned processes, unsigned programs)
{
    struct counts sum = {0}, one;
    struct meeting meeting;
    int ends[2], bad = 0, status;

    if (pipe(ends) != 0 || pipe(meeting.users) != 0 || pipe(meeting.vandal) != 0) {
        return 1;
    }
    for (unsigned i = 0; i <= processes; i++) {
        bad += start(i, processes, programs, &meeting, ends[1]) < 0;
    }
    while (wait(&status) > 0) {
        bad += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    close(ends[1]);
    while (read(ends[0], &one, sizeof one) == sizeof one) {
        sum.hits += one.hits;
        sum.misses += one.misses;
        sum.rejects += one.rejects;
        sum.stores += one.stores;
        sum.failed += one.failed;
        sum.wrong += one.wrong;
    }
    close(ends[0]);
    printf("%u processes x %u programs x %d rounds and a vandal: %lu hits, %lu misses, %lu rejects, %lu stores, %lu "
           "stores failed, %lu wrong, %d processes failed\n",
           processes, programs, ROUNDS, sum.hits, sum.misses, sum.rejects, sum.stores, sum.failed, sum.wrong, bad);
    return bad > 0 || sum.wrong > 0 || sum.hits == 0 || sum.rejects == 0 ||
           sum.hits + sum.misses + sum.rejects != (unsigned long)processes * programs * ROUNDS;
}

/* ---- killed writers ---- */

static int kills(void)
{
    struct counts counts = {0};
    unsigned good = 0;

    for (unsigned i = 0; i < KILLS; i++) {
        const struct timespec pause = {0, 100000L + 150000L * (long)i};
        const pid_t pid = fork();

        if (pid == 0) {
            for (unsigned k = 0;; k++) {
                put(k % 10, &counts);
            }
        }
        (void)nanosleep(&pause, NULL);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        for (unsigned k = 0; k < 10; k++) {
            good += find(k, &counts) != CLGN_STORE_REJECT;
        }
    }
    printf("%d writers killed: %u of %d files whole or not there, %lu wrong\n", KILLS, good, KILLS * 10, counts.wrong);
    return good != KILLS * 10 || counts.wrong > 0;
}

/* ---- damage ---- */

static char *slurp(const char *path, size_t *bytes)
{
    char *data = NULL;

    return clgn_file_read(path, CLGN_FILE_OWN, CLGN_BLOB_MOST, &data, bytes) == CLGN_FILE_OK ? data : NULL;
}

/* Whether a file of these bytes is refused and taken away. Written without clgn_file_write, which waits for the disk.
 */
static int refused(const char *path, const char *data, size_t bytes, struct counts *counts)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (file < 0 || write(file, data, bytes) != (ssize_t)bytes || close(file) != 0) {
        return 0;
    }
    return find(5, counts) == CLGN_STORE_REJECT && access(path, F_OK) != 0;
}

static int damage(unsigned flips)
{
    struct counts counts = {0};
    char path[512];
    unsigned cuts = 0, caught = 0;
    uint32_t state = 12345;
    size_t bytes = 0;
    char *data;

    put(5, &counts);
    path_of(5, path, sizeof path);
    data = slurp(path, &bytes);
    if (data == NULL) {
        return 1;
    }
    for (size_t i = 0; i < bytes; i++) {
        cuts += (unsigned)refused(path, data, i, &counts);
    }
    for (unsigned i = 0; i < flips; i++) {
        size_t at;

        state = state * 1664525U + 1013904223U;
        at = (size_t)(state >> 3) % bytes;
        data[at] = (char)(data[at] ^ (1 << (state >> 29)));
        caught += (unsigned)refused(path, data, bytes, &counts);
        data[at] = (char)(data[at] ^ (1 << (state >> 29)));
    }
    put(5, &counts);
    free(data);
    printf("%u of %zu cuts and %u of %u flipped bits caught, %lu wrong\n", cuts, bytes, caught, flips, counts.wrong);
    return cuts != bytes || caught != flips || counts.wrong > 0 || find(5, &counts) != CLGN_STORE_HIT;
}

/* ---- no room ---- */

/* Every limit of a file's size from nothing to all that is needed: as a disk that becomes full at that byte. */
static int full_disk(void)
{
    unsigned char payload[PAYLOAD_MOST];
    struct counts counts = {0};
    unsigned told = 0, size = 0;
    struct rlimit all;

    if (getrlimit(RLIMIT_FSIZE, &all) != 0 || signal(SIGXFSZ, SIG_IGN) == SIG_ERR) {
        return 1;
    }
    for (; counts.stores == 0 && size < 2 * PAYLOAD_MOST; size++) {
        const struct rlimit few = {size, all.rlim_max};

        (void)setrlimit(RLIMIT_FSIZE, &few);
        put(90, &counts);
        (void)setrlimit(RLIMIT_FSIZE, &all);
        told += counts.stores == 0 && find(90, &counts) == CLGN_STORE_MISS;
    }
    printf("no room from 0 to %u bytes: %u stores refused, and nothing left behind\n", size - 1, told);
    return counts.stores != 1 || told != size - 1 || told < payload_of(90, payload) ||
           find(90, &counts) != CLGN_STORE_HIT;
}

int main(int argc, char **argv)
{
    const unsigned processes = argc == 5 ? (unsigned)atoi(argv[2]) : 0;
    const unsigned programs = argc == 5 ? (unsigned)atoi(argv[3]) : 0;
    const unsigned flips = argc == 5 ? (unsigned)atoi(argv[4]) : 0;
    int failed;

    if (argc != 5 || processes == 0 || programs == 0 || flips == 0) {
        fprintf(stderr, "usage: torture_store FOLDER PROCESSES PROGRAMS FLIPS\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    folder = argv[1];
    failed = many(processes, programs);
    failed += kills();
    (void)clgn_trim_all(folder, 0, 0);
    failed += damage(flips);
    failed += full_disk();
    return failed > 0;
}
