# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Documents say what the programs do: metadata, man pages, --help, the agent's reasons, examples.
. "$(dirname "$0")/lib.sh" "$@"

for file in mta-stack.sh mta-stack mta-stack.8 mta-stack-errors.7 ocf_mta_stack.7; do
	[ -f "$BUILD/$file" ] || {
		not_ok "there is no $BUILD/$file: run make first"
		exit
	}
done
metadata=$(mktemp) || exit 2
trap 'rm -f "$metadata"' EXIT
sh -c '. "$0"; mta_stack_meta_data' "$BUILD/mta-stack.sh" >"$metadata"
help=$("$BUILD/mta-stack" --help)
agent_page=$BUILD/ocf_mta_stack.7
helper_page=$BUILD/mta-stack.8
errors_page=$BUILD/mta-stack-errors.7

# same NAME WANT GOT: two sorted lists.
same() {
	local said
	[ -n "$2" ] || said="nothing to compare with"
	said=${said:-$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | grep '^[<>]')}
	verdict "$1" "$said"
}

# values XPATH: attribute values, one a line.
values() {
	xmllint --xpath "$1" "$metadata" 2>/dev/null | sed -E 's/^ *[a-z-]+="(.*)"$/\1/'
}

# section PAGE NAME: its source.
section() {
	sed -n "/^\.Sh $2\$/,/^\.Sh /p" "$1" | grep -v '^\.Sh '
}

# --- parameters and actions: metadata and ocf_mta_stack(7) --------------------------------------

# "remote_names (reloadable; select: proven, pinned, off; default proven)"
parameter_of_metadata() {
	local at="//parameter[@name='$1']" text='' type default options flag
	for flag in required unique reloadable; do
		[ -z "$(values "${at}[@$flag='1']/@name")" ] || text+="$flag; "
	done
	type=$(values "$at/content/@type")
	options=$(values "$at/content/option/@value" | paste -sd ,)
	default=$(values "$at/content/@default")
	printf '%s (%s%s%s%s)\n' "$1" "$text" "$type" "${options:+: ${options//,/, }}" \
		"${default:+; default $default}"
}

parameters_of_page() {
	section "$agent_page" PARAMETERS | awk '
		/^\.It Cm / { name = $3; text = ""; on = 1; next }
		/^\.br/ { if (on) print name " " text; on = 0; next }
		on { sub(/^\.(Li|Pa) /, ""); text = text (text == "" ? "" : " ") $0 }' |
		sed -E 's/ ([,;)])/\1/g; s/: +/: /g'
}

same "ocf_mta_stack(7) describes the parameters of the metadata" \
	"$(for p in $(values '//parameter/@name'); do parameter_of_metadata "$p"; done)" \
	"$(parameters_of_page)"

actions_of_metadata() {
	xmllint --xpath '//action' "$metadata" | sed 's/></>\n</g' | sed -nE '
		s/.*name="([^"]*)" *timeout="([^"]*)" interval="([^"]*)" depth="([^"]*)".*/\1 (time-out \2, interval \3, depth \4)/p; t
		s/.*name="([^"]*)" *timeout="([^"]*)".*/\1 (time-out \2)/p'
}

same "ocf_mta_stack(7) describes the actions of the metadata" "$(actions_of_metadata)" \
	"$(section "$agent_page" ACTIONS | sed -nE 's/^\.It Cm ([a-z-]+) No /\1 /p')"

actions=$(values '//action/@name' | sort -u)
same "the page's synopsis lists them" "$actions" \
	"$(section "$agent_page" SYNOPSIS | sed -n 's/^\.Cm //p' | tr -d ' ' | tr '|' '\n' | sort)"
same "so does the agent's usage" "$actions" \
	"$(sh -c '. "$0"; mta_stack_usage' "$BUILD/mta-stack.sh" | sed -nE 's/^usage:.*\{(.*)\}/\1/p' |
		tr '|' '\n' | sort)"

# --- parameters and options -----------------------------------------------------------------------

options_of_help=$(grep -E '^  --' <<<"$help" | grep -oE '^  --[a-z-]+(, --[a-z-]+)?' |
	grep -oE '[a-z][a-z-]+' | sort)
same "mta-stack(8) describes the options of --help" "$options_of_help" \
	"$(section "$helper_page" OPTIONS | sed -nE 's/^\.It Fl Fl ([a-z-]+).*/\1/p' | sort)"

same "mta-stack(8) describes the commands of --help" \
	"$(sed -nE 's/^  ([a-z]+)( .*)$/\1/p' <<<"$help" | sort)" \
	"$(section "$helper_page" COMMANDS | sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' | sort -u)"

parameters=$(values '//parameter/@name' | sort)
same "each parameter is an option of the same name" "$parameters" \
	"$(for p in $parameters; do grep -x -- "${p//_/-}" <<<"$options_of_help" | tr - _; done)"
same "mta-stack reads each parameter, and no other" "$parameters" \
	"$(cat helper/program/options*.c | grep -oE '"OCF_RESKEY_[a-z_]+"' | tr -d '"' |
		sed 's/OCF_RESKEY_//' | sort -u)"
same "mta-stack(8) lists them in its environment" "$parameters" \
	"$(section "$helper_page" ENVIRONMENT | grep -oE 'OCF_RESKEY_[a-z_]+' | sed 's/OCF_RESKEY_//' |
		grep -v '^$' | sort -u)"
same "the metadata offers the mail servers that have a backend" \
	"$(grep -hoE '^[[:space:]]+\.name = "[a-z0-9]+"' helper/mta/*/*.c | cut -d'"' -f2 | sort -u)" \
	"$(values '//parameter[@name="mta"]/content/option/@value' | sort)"

# --help says "proven (default)" and, of a path, "(/var/lib/mta-stack)".
said=$(for p in $(values '//parameter[content/@default]/@name'); do
	default=$(values "//parameter[@name='$p']/content/@default")
	grep -A1 -E -- "^  --${p//_/-} " <<<"$help" |
		grep -qF -e "$default (default)" -e "($default)" || echo "$p: $default"
done)
verdict "--help gives the defaults of the metadata" "$said"

# --- reasons --------------------------------------------------------------------------------------

# The agent's own reasons, each as its constant text with * for what varies.
reasons_of_agent() {
	sed -nE 's/^.*mta_stack_said="([^"]+)"( ;;)?$/\1/p; s/.*\{mta_stack_said:=([^}]+)\}"$/\1/p' \
		ocf/mta-stack.sh.in agent/stack.in |
		grep -v '^\$' |
		sed -E "s,\\\$MTA_STACK:,@mta-stack@:,; s/\\\$\(\([^)]*\)\)/*/g; s/\\\$\{[^}]*\}/*/g; s/\\\$[a-zA-Z0-9_]+/*/g"
}

# reasons_of_page SED-ADDRESS: those of a part of the section, with * for what varies.
reasons_of_page() {
	section "$agent_page" DIAGNOSTICS | sed -n "$1p" | sed -nE 's/^\.It //p' |
		sed -E 's,[^ ]*/mta-stack:,@mta-stack@:,; s/Ar [a-zA-Z]+/*/g; s/ (No|Ns) / /g'
}

# Blanks are mdoc's business.
plain() { sed 's/ //g' | sort -u; }

same "ocf_mta_stack(7) lists the agent's own reasons" "$(reasons_of_agent | plain)" \
	"$(reasons_of_page "/^These are the agent's own/,\$" | plain)"

# The messages of the programs, one a line: adjacent literals joined, conversions as *.
messages_of_helper() {
	c_files | grep '^helper/.*\.c$' | xargs cat | perl -0 -pe '
		s/"\s*\n\s*"//g; s/\\"/\x27/g; s/%[-.*0-9]*l?l?z?[a-z]/*/g' | grep -oE '"[^"]+"' | tr -d '"'
}

# What the page quotes of mta-stack(8) is there word for word; what varies is any text.
said=$(
	messages=$(messages_of_helper | plain)
	reasons_of_page "1,/^These are the agent's own/" | plain | while read -r reason; do
		pattern=$(sed -E 's/[][().?+^$\\{}|]/\\&/g; s/\*/.*/g' <<<"$reason")
		grep -qE -- "^$pattern(\\*.*)?\$" <<<"$messages" || echo "no program says: $reason"
	done
)
verdict "ocf_mta_stack(7) quotes mta-stack's reasons as they are" "$said"

# The other way: each reason that mta-stack and mta-stack-cib can give to the agent is on the page. What
# only a person's commands and command lines can meet is not.
reasons_of_helper() {
	c_files | grep '^helper/.*\.c$' |
		grep -vE '^helper/(program/(cmd_(check|explain|peer|probe|status|vip)|main|options)|cib/cib_main|data/diag)\.c$' |
		xargs cat | perl -0 -ne '
		while (/diag_set\s*\(\s*[^,]+,\s*[^,]+,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)/g) {
			my $text = $1;
			s/"\s*"//g, s/^"|"\s*$//g, s/\\"/\x27/g, s/%[-.*0-9]*l?l?z?[a-z]/*/g for $text;
			print "$text\n";
		}' | grep -vE '^\*(: \*)?$|see mta-stack --help$|--resource ID|^cannot confirm a name'
}

said=$(
	patterns=$(reasons_of_page "1,/^These are the agent's own/" | plain |
		sed -E 's/[][().?+^$\\{}|]/\\&/g; s/\*/.*/g; s/.*/^&$/')
	reasons_of_helper | plain | grep -vxEf <(printf '%s\n' "$patterns") | sed 's/^/not on the page: /'
)
[ "$(reasons_of_helper | wc -l)" -ge 100 ] || said+=" and hardly any reason was found at all"
verdict "ocf_mta_stack(7) lists every reason of mta-stack's" "$said"

# --- examples -------------------------------------------------------------------------------------

said=$(
	all_files | grep -E '^(README.md|examples/|man/|ocf/|packaging/)' | while read -r file; do
		sed -E ':a; /\\e?$/ { N; s/\\e?\n//; ta }' "$file" | grep -E 'ocf:mta:stack .*=' |
			sed -E 's/.*ocf:mta:stack//; s/ (op|meta|--group|--future|params) / /g' |
			grep -oE '[a-z_]+=[^ ;&|]+' | while IFS='=' read -r key value; do
			case $key in timeout | interval | depth | target) continue ;; esac
			grep -qx "$key" <<<"$parameters" || echo "$file: there is no parameter $key"
			options=$(values "//parameter[@name='$key']/content/option/@value")
			[ -z "$options" ] || grep -qx -- "$value" <<<"$options" ||
				echo "$file: $key cannot be $value"
		done
	done
)
verdict "examples use parameters that exist" "$said"

# --- the table of bad inputs ----------------------------------------------------------------------

verdict "mta-stack-errors(7) has each row of tests/bad, and no other" "$(python3 tests/bad/page.py --check 2>&1)"

# --- the pages themselves -------------------------------------------------------------------------

for page in "$agent_page" "$helper_page" "$errors_page"; do
	name=${page##*/}
	verdict "man --warnings $name" "$(LC_ALL=C.UTF-8 MANWIDTH=80 MANROFFSEQ='' \
		man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
	if command -v mandoc >/dev/null; then
		verdict "mandoc -Tlint $name" "$(mandoc -Tlint -W warning "$page" 2>&1)"
	else
		skip "mandoc -Tlint $name" "mandoc is not installed"
	fi
	verdict "nothing is left unsubstituted in $name" "$(grep -nE '@[A-Za-z_]+@' "$page")"
done
