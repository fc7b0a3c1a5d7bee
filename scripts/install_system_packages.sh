#!/usr/bin/env bash
# Bring the programs that tests use beside Python: tesseract with its languages, what makes a venv, strace, and a browser.
# As root on Debian or Ubuntu it installs what is missing; otherwise it says what to install and exits with 1.
set -euo pipefail

missing=()
need() { # need PACKAGE COMMAND...: ask for the package where the command fails
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
speaks() { tesseract --list-langs 2>/dev/null | grep -qx "$1"; }

need make command -v make
need python3 command -v "${PYTHON:-python3}"
need python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
need tesseract-ocr command -v tesseract
for language in nld deu fra; do
    need "tesseract-ocr-$language" speaks "$language"
done
need strace command -v strace
need chromium command -v chromium

if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Some tests need programs that are not here, and fail without them. To install them:" >&2
    echo "    sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
