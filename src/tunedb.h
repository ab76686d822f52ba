/* SPDX-License-Identifier: Apache-2.0 */
/* The measured choices that concern a device: the user's files and the data that the library carries. */
#ifndef CLGN_TUNEDB_H
#define CLGN_TUNEDB_H

#include "device.h"
#include "tunefile.h"

enum clgn_origin { CLGN_ORIGIN_USER, CLGN_ORIGIN_SHIPPED };

/* How the measured device relates to this one. */
enum clgn_kinship {
    CLGN_KIN_NONE,
    CLGN_KIN_VENDOR, /* vendor, type and platform are the same: of use are generic rows */
    CLGN_KIN_ARCH,   /* the same target, a number of compute units within a factor of 2 */
    CLGN_KIN_SAME    /* the driver's version may differ */
};

struct clgn_tuned_row {
    struct clgn_tuned tuned;
    enum clgn_origin origin;
    enum clgn_kinship kinship;
    uint64_t compute_units; /* of the measured device */
    int other_driver;       /* measured with another version of the driver */
};

struct clgn_tunedb;

/* Reads what concerns the device: FOLDER/ *.json (NULL: none) and the shipped data. What cannot be used is told, a
 * WARNING for each file, and left out. NULL when there is no memory. */
struct clgn_tunedb *clgn_tunedb_load(const char *folder, const struct clgn_device *device,
                                     const struct clgn_sink *sink);

/* Adds the rows of one file's text, called name in messages. */
void clgn_tunedb_add(struct clgn_tunedb *db, const char *json, size_t bytes, enum clgn_origin origin,
                     const struct clgn_device *device, const char *name, const struct clgn_sink *sink);

/* An empty database; NULL when there is no memory. */
struct clgn_tunedb *clgn_tunedb_create(void);
/* Whoever reads while others may put another in its place holds it. Holding and releasing are not for several threads
 * at once. Released as often as held and made, it is freed; NULL is legal. */
void clgn_tunedb_hold(struct clgn_tunedb *db);
void clgn_tunedb_release(struct clgn_tunedb *db);

/* The rows of a kind, which lie side by side; *count is 0 when there is none. */
const struct clgn_tuned_row *clgn_tunedb_find(const struct clgn_tunedb *db, const char *kind, size_t *count);

enum clgn_kinship clgn_kinship_of(const struct clgn_tunefile *file, const struct clgn_device *device);

/* Adds the name of a device's file: its name in letters that every file system takes, and a hash of all that it is
 * known by. */
void clgn_tunedb_file_name(const struct clgn_identity *identity, uint64_t compute_units, struct clgn_text *text);

#endif
