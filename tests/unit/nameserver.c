/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nameserver.c: see nameserver.h. Guarantees that it answers once nameserver_start() is over, and
 * that it does not outlive the program.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/resolve.h"
#include "nameserver.h"

static char dir[] = "/tmp/test_resolve.XXXXXX";
static pid_t dnsmasq;
static int silent = -1;
static bool ready;

static const char zone[] = "port=53\n"
			   "listen-address=127.0.0.2\n"
			   "bind-interfaces\n"
			   "no-resolv\nno-hosts\nno-poll\nuser=root\ngroup=root\npid-file=\n"
			   "cache-size=0\n"
			   "local=/example/\nlocal=/in-addr.arpa/\nlocal=/ip6.arpa/\n"
			   "host-record=mx1.remote.example,198.51.100.7\n"
			   "host-record=six.remote.example,2001:db8:5::6\n"
			   "host-record=dual.remote.example,198.51.100.8,2001:db8:5::8\n"
			   "ptr-record=20.100.51.198.in-addr.arpa,one.remote.example\n"
			   "ptr-record=20.100.51.198.in-addr.arpa,two.remote.example\n"
			   "ptr-record=21.100.51.198.in-addr.arpa,nowhere.remote.example\n"
			   "ptr-record=22.100.51.198.in-addr.arpa,mx1.remote.example\n"
			   "ptr-record=23.100.51.198.in-addr.arpa,single\n"
			   "ptr-record=24.100.51.198.in-addr.arpa,x.refused.test\n"
			   "ptr-record=25.100.51.198.in-addr.arpa,crowd.remote.example\n"
			   "cname=alias.remote.example,mx1.remote.example\n";

static bool write_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (f == NULL)
		return false;
	(void)fputs(text, f);
	return fclose(f) == 0;
}

static bool cover(const char *name, const char *with)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, with);
	return mount(path, name, NULL, MS_BIND, NULL) == 0;
}

void nameserver_list(const char *first, const char *second)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s%s\n%s%s\nsearch remote.example\n",
		       *first ? "nameserver " : "", first, *second ? "nameserver " : "", second);
	assert_true(write_file("resolv.conf", text));
}

static bool loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;

	if (fd >= 0)
		(void)close(fd);
	return done;
}

static bool up(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
	char zone_path[64], hosts_path[64], conf[96], hosts[96];
	FILE *f;

	(void)snprintf(zone_path, sizeof(zone_path), "%s/zone", dir);
	(void)snprintf(hosts_path, sizeof(hosts_path), "%s/many", dir);
	(void)snprintf(conf, sizeof(conf), "--conf-file=%s", zone_path);
	(void)snprintf(hosts, sizeof(hosts), "--addn-hosts=%s", hosts_path);
	f = fopen(hosts_path, "we");
	if (f == NULL)
		return false;
	for (int i = 0; i < MANY; i++)
		(void)fprintf(f, "10.1.%d.%d h%d.many.example\n", i / 250, i % 250 + 1, i);
	for (int i = 1; i <= 60; i++)
		(void)fprintf(f, "10.2.0.%d crowd.remote.example\n", i);
	(void)fclose(f);
	if (!write_file("zone", zone) || !write_file("resolv.conf", "") ||
	    !write_file("hosts", "127.0.0.1 localhost\n"
				 "198.51.100.7 inhosts.remote.example\n"
				 "198.51.100.40 only.hosts.example short\n"
				 "2001:db8:5::40 only.hosts.example\n") ||
	    !cover("/etc/resolv.conf", "resolv.conf") || !cover("/etc/hosts", "hosts"))
		return false;
	silent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	at.sin_addr.s_addr = htonl(0x7f000003);
	if (silent < 0 || bind(silent, (struct sockaddr *)&at, sizeof(at)) < 0)
		return false;
	dnsmasq = fork();
	if (dnsmasq == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/usr/sbin/dnsmasq", "dnsmasq", "--keep-in-foreground",
		      "--log-facility=/dev/null", conf, hosts, (char *)NULL);
		_exit(127);
	}
	return dnsmasq > 0;
}

static bool answers(void)
{
	struct resolve_question q = {.pinned = NULL};
	struct deadline all = deadline_in_ms(5000);
	struct evidences seen = EVIDENCES_INIT;
	struct diag diag;
	bool done = false;

	if (!ipaddr_parse("198.51.100.7", strlen("198.51.100.7"), &q.addr))
		return false;
	nameserver_list("127.0.0.2", "");
	while (!done && !deadline_passed(&all)) {
		struct deadline d = deadline_in_ms(300);

		done = resolve_all(&q, 1, RESOLVE_DNS, &d, &seen, &diag) == 0 &&
		       seen.items[0].reverse == LOOKUP_OK;
		if (!done)
			deadline_nap(&all, 20);
	}
	evidences_release(&seen);
	return done;
}

int nameserver_start(void **state)
{
	(void)state;
	if (access("/usr/sbin/dnsmasq", X_OK) < 0 || unshare(CLONE_NEWNET | CLONE_NEWNS) < 0)
		return 0;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mkdtemp(dir) == NULL)
		return -1;
	if (!loopback_up() || !up() || !answers())
		return -1;
	ready = true;
	return 0;
}

int nameserver_stop(void **state)
{
	static const char *const files[] = {"zone", "many", "resolv.conf", "hosts"};

	(void)state;
	if (dnsmasq > 0) {
		(void)kill(dnsmasq, SIGKILL);
		(void)waitpid(dnsmasq, NULL, 0);
	}
	if (silent >= 0)
		(void)close(silent);
	(void)umount2("/etc/resolv.conf", MNT_DETACH);
	(void)umount2("/etc/hosts", MNT_DETACH);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
	return 0;
}

bool nameserver_ready(void)
{
	return ready;
}
