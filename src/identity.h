/* SPDX-License-Identifier: Apache-2.0 */
/* What a device is, in words: measured times are of use where these agree. */
#ifndef CLGN_IDENTITY_H
#define CLGN_IDENTITY_H

#include <stdint.h>

#include "message.h"

/* An unknown text is "". Longer ones are cut. */
struct clgn_identity {
    char vendor[64];
    char name[128];
    char arch[64];     /* what code is generated for: sm_90, gfx90a, ip_12.55.8, the target of PoCL; else the name */
    char type[16];     /* cpu, gpu, accelerator */
    char platform[64]; /* of the same hardware, another implementation is another device */
    char driver[64];
    char version[128];
};

/* What vendors' extensions say; 0 unknown. */
struct clgn_identity_codes {
    uint32_t nvidia_major, nvidia_minor; /* compute capability */
    uint32_t intel_ip;                   /* architecture, release, revision in 10, 8, 6 bits from the top and the end */
};

/* Takes what can be had; what cannot stays unknown. extensions: the device's list. */
void clgn_identity_query(cl_device_id id, const char *extensions, struct clgn_identity *identity);

/* Sets arch from the rest. */
void clgn_identity_set_arch(const struct clgn_identity_codes *codes, struct clgn_identity *identity);

#endif
