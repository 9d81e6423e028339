/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the programs that really read the files make of them: sh, and libkmod. */
#pragma once

#include "src/base/strbuf.h"
#include "src/base/vec.h"

/* A folder of its own below $TMPDIR, and its removal with all that is in it. */
char *eval_mkdir(void);
void eval_rmdir(char **dir);
/* Writes DIR/NAME. Exits the test where that fails. */
void eval_write(const char *dir, const char *name, const char *p, size_t n);

/* Runs a script with arguments in a shell ("dash", "bash --posix"); its output, or NULL
 * where there is no such shell. */
char *eval_sh(const char *shell, const char *script, const struct pg_strv *args);

/*
 * What libkmod reads from the .conf files in a folder: lines "options vfio_pci …",
 * "blacklist …", "softdep …", in its order.
 */
char *eval_kmod(const char *dir);
/* The last ids= of all vfio_pci options among them, as the kernel sees it; or NULL. */
char *eval_kmod_ids(const char *dir);
