/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay: feed files to a fuzz target without libFuzzer, so that old findings stay tests where no
 * clang is, and under valgrind or a debugger.
 *
 *   replay FILE|DIRECTORY…
 *
 * Each file is announced before it is fed, so that the last line names the one that broke.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "fuzz.h"

static unsigned fed;

static int feed_file(const char *path)
{
	FILE *f = fopen(path, "rbe");
	uint8_t *bytes = NULL;
	size_t len = 0, n;

	if (f == NULL) {
		fprintf(stderr, "replay: cannot open %s: %s\n", path, strerror(errno));
		return -1;
	}
	do {
		uint8_t *more = realloc(bytes, len + 65536);

		if (more == NULL)
			abort();
		bytes = more;
		n = fread(bytes + len, 1, 65536, f);
		len += n;
	} while (n > 0);
	(void)fclose(f);
	/* of its exact size, so that a sanitizer sees each byte read too far */
	bytes = realloc(bytes, len > 0 ? len : 1);
	printf("# %s\n", path);
	(void)fflush(stdout);
	(void)LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	fed++;
	return 0;
}

static int feed(const char *path)
{
	struct stat st;
	struct dirent *e;
	int failed = 0;
	DIR *dir;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return feed_file(path);
	dir = opendir(path);
	if (dir == NULL) {
		fprintf(stderr, "replay: cannot open %s: %s\n", path, strerror(errno));
		return -1;
	}
	while ((e = readdir(dir)) != NULL) {
		char below[4096];

		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		failed |= feed(below);
	}
	(void)closedir(dir);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= feed(argv[i]);
	printf("# %u inputs\n", fed);
	return failed != 0 || fed == 0;
}
