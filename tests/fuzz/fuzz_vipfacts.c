/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_vipfacts: what mta-stack-cib says, as its reader sees it (pure/vipfacts.h).
 */
#include "fuzz.h"

#include "pure/vipfacts.h"

static bool is_address(const struct ipaddr *a)
{
	return a->family == 4 || a->family == 6;
}

static void check(const struct vipfacts *f)
{
	for (size_t i = 0; i < f->n_own; i++)
		PROMISE(is_address(&f->own[i].addr) && f->own[i].node != NULL);
	for (size_t i = 0; i < f->n_findings; i++)
		PROMISE(f->findings[i] != NULL);
	for (size_t i = 0; i < f->n_vips; i++) {
		const struct vip *v = &f->vips[i];

		PROMISE(v->resource != NULL && v->resource[0] != '\0');
		PROMISE(is_address(&v->addr));
		PROMISE(v->prefix >= -1 && v->prefix <= 128);
		for (size_t k = 0; k < v->n_active; k++)
			PROMISE(v->active[k] != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vipfacts f;
	struct diag diag = {0};

	vipfacts_init(&f);
	if (vipfacts_parse(&f, (struct span){(const char *)bytes, len}, &diag) == 0)
		check(&f);
	else
		PROMISE(fuzz_is_failure(&diag, EX_FAILED));
	vipfacts_release(&f);
	return 0;
}
