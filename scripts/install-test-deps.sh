#!/bin/sh
# Installs the programs that some tests drive for real, where they are missing: with apt as root or with
# password-less sudo. Elsewhere it says what is missing and which tests skip. It fails only where CI is set,
# because there a skipped test would look like a passed one.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

has_browser() {
	for name in chromium chromium-browser google-chrome google-chrome-stable headless-shell; do
		if has "$name"; then return 0; fi
	done
	[ -d '/Applications/Google Chrome.app' ] || [ -d '/Applications/Chromium.app' ]
}

# has_font looks for files, not with fc-list, which a bare machine has not.
has_font() {
	for dir in /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.local/share/fonts" "${HOME:-/}/Library/Fonts" \
		/System/Library/Fonts; do
		if [ -d "$dir" ] && [ -n "$(find -L "$dir" -iname "$1" 2>/dev/null | head -n 1)" ]; then return 0; fi
	done
	return 1
}

# missing lists a Debian package a line for all that is not there.
missing() {
	has_browser || echo chromium
	has_font '*wqy-microhei*' || echo fonts-wqy-microhei
	has_font '*emoji*' || echo fonts-noto-color-emoji
	has espeak-ng || echo espeak-ng
	has ffmpeg || echo ffmpeg
	has strace || echo strace
	has node || echo nodejs
	has npm || echo npm
}

skips() {
	case $1 in
	chromium) echo 'the pages in a real browser' ;;
	fonts-wqy-microhei) echo 'pictures with Chinese text' ;;
	fonts-noto-color-emoji) echo 'pictures with emoji' ;;
	espeak-ng) echo 'text to speech' ;;
	ffmpeg) echo 'conversion of audio' ;;
	strace) echo 'failing disks and system calls' ;;
	nodejs | npm) echo "other people's clients against WeChat in a box" ;;
	esac
}

# as_root runs a command as root, and fails at once where that would need a password.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif has sudo; then
		sudo -n "$@"
	else
		return 1
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# install tries all at once, then one by one, so that a package this release lacks costs only itself.
install() {
	has apt-get && as_root true 2>/dev/null || return 0
	echo "installing for the tests:" "$@"
	apt update || return 0
	apt install --no-install-recommends "$@" && return 0
	for package in "$@"; do
		apt install --no-install-recommends "$package" || true
	done
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0
# shellcheck disable=SC2086 # one word a package
install $wanted

lacking=$(missing)
[ -n "$lacking" ] || exit 0
{
	echo 'not installed, and not installable here (that needs apt-get and root, or sudo without a password):'
	for package in $lacking; do
		printf '  %-24s tests that skip: %s\n' "$package" "$(skips "$package")"
	done
} >&2
if [ -n "${CI:-}" ]; then
	echo 'CI is set, so this is an error: a skipped test would look like a passed one' >&2
	exit 1
fi
