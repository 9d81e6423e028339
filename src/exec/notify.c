/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol of sd_notify(3), which promises that it stays: libsystemd alone would take half a
 * millisecond of every start. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "src/exec/watch.h"

void pg_notify(const char *state)
{
	const char *path = secure_getenv("NOTIFY_SOCKET");
	union {
		struct sockaddr any;
		struct sockaddr_un un;
	} at = { .un = { .sun_family = AF_UNIX } };
	size_t n = path ? strlen(path) : 0;
	pg_autoclose int fd = -1;

	if (n < 2 || n >= sizeof(at.un.sun_path) || (*path != '/' && *path != '@'))
		return;
	memcpy(at.un.sun_path, path, n);
	if (*path == '@')
		at.un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	while (sendto(fd, state, strlen(state), MSG_NOSIGNAL, &at.any,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0 && errno == EINTR)
		;
}
