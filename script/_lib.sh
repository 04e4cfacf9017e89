# Shared by the scripts here: finds Python and keeps .venv as the requirements files say.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$@"
    exit 1
}

# Prints the first Python of 3.11 or newer.
find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# Makes .venv if it is missing.
make_venv() {
    if [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null; then
        return
    fi
    local python
    python=$(find_python) || die "Python 3.11 or newer is needed, and not found." \
        "Install it (Debian/Ubuntu: apt install python3 python3-venv; macOS: brew install python)."
    say "Making .venv with $("$python" --version)"
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        die "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"
    fi
}

# Installs a requirements file unless exactly it was installed before.
install() {
    local file=$1 stamp
    stamp=.venv/$(printf '%s' "$file" | tr / -).installed
    if cmp -s "$file" "$stamp"; then
        return
    fi
    say "Installing $file (a few minutes the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$file" ||
        die "Could not install $file."
    cp "$file" "$stamp"
}
