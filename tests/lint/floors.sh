# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Floors: a file of helper/ includes only its own floor or a lower one, and headers have no cycles.
. "$(dirname "$0")/lib.sh" "$@"

floor() {
	case $1 in
	data) echo 0 ;;
	pure | mta) echo 1 ;;
	effects) echo 2 ;;
	program) echo 3 ;;
	*) echo 9 ;;
	esac
}

# allowed DIRECTORY INCLUDED: may a file there include one from here?
allowed() {
	case $1:$2 in
	cib:cib | cib:data | cib:pure) true ;;
	cib:* | *:cib) false ;;
	pure:mta | data:data | mta:mta | pure:pure) [ "$1:$2" != pure:mta ] ;;
	*) [ "$(floor "$2")" -le "$(floor "$1")" ] ;;
	esac
}

wrong='' unknown='' n=0
edges=$(mktemp) || exit 2
trap 'rm -f "$edges"' EXIT
while read -r file; do
	dir=${file#helper/}
	dir=${dir%%/*}
	case $file in helper/*/*) ;; *) continue ;; esac
	while read -r line included; do
		n=$((n + 1))
		case $included in
		config.h) continue ;;
		esac
		if [ ! -f "helper/$included" ]; then
			unknown+="$file:$line: \"$included\" is no file of helper/ (write it from there)"$'\n'
			continue
		fi
		allowed "$dir" "${included%%/*}" ||
			wrong+="$file:$line: $dir must not include $included"$'\n'
		case $file in
		*.h) printf '%s %s\n' "${file#helper/}" "$included" >>"$edges" ;;
		esac
	done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]*)".*/\1/p;t;d' "$file" |
		while read -r inc; do
			printf '%s %s\n' "$(grep -nF "\"$inc\"" "$file" | head -n 1 | cut -d: -f1)" "$inc"
		done)
done < <(c_files | grep '^helper/')
[ "$n" -gt 0 ] || not_ok "found no includes"
verdict "$n includes keep to their floor" "${wrong%$'\n'}"
verdict "includes are written from helper/" "${unknown%$'\n'}"
verdict "headers include each other without a cycle" "$(tsort "$edges" 2>&1 >/dev/null)"

# Only one program knows Pacemaker's and Corosync's libraries.
said=$(c_files | grep '^helper/' | grep -v '^helper/cib/' |
	xargs grep -nE '#[[:space:]]*include[[:space:]]*<(crm|corosync|libxml)/')
verdict "only helper/cib includes Pacemaker, Corosync or libxml2" "$said"

# A backend is known by name in its own folder and in one table.
said=$(for backend in helper/mta/*/; do
	name=$(basename "$backend")
	all_files | grep -E '^helper/(data|pure|effects|program)/.*\.[ch]$' |
		xargs grep -niE "[\"_]${name}[\"_]" | grep -vE ':[[:space:]]*(\*|/\*|//)'
done)
verdict "nothing above a backend's folder knows it by name" "$said"
