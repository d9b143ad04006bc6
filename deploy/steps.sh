#!/bin/sh
# Install Titian on Debian 12 or later: the Containerfile, a machine of one's own and the test run the same steps.
#
#   steps.sh packages      the packages of the system (as root)
#   steps.sh account       the account "titian" and its folder /var/lib/titian (as root)
#   steps.sh application   .venv and the language model, in the folder of these sources
#   steps.sh check         settings and program are sound; asks no database
#   steps.sh units         the units of systemd, and an empty /etc/titian.env (as root)
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
home=${TITIAN_VAR:-/var/lib/titian}

manage() {
    # Makes no secret of its own: what is installed here may become an image that others use.
    cd "$here"
    SECRET_KEY=${SECRET_KEY:-unused} DATABASE_URL=${DATABASE_URL:-postgresql://localhost/titian} TITIAN_VAR="$home" \
        .venv/bin/python manage.py "$@"
}

packages() {
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        ca-certificates make postgresql-client python3 python3-venv
}

account() {
    id titian >/dev/null 2>&1 || useradd --system --home-dir "$home" --shell /usr/sbin/nologin titian
    install -d -o titian -g titian -m 0700 "$home"
}

application() {
    cd "$here"
    make install-run
    .venv/bin/python -m compileall -q .venv/lib backend frontend matching || true  # who runs it may not write here; some files are for other Pythons
    manage unpack_model
    if [ "$(id -u)" = 0 ]; then chown -R titian:titian "$home"; fi
}

check() {
    manage check
}

units() {
    for unit in "$here"/deploy/*.service "$here"/deploy/*.timer; do
        sed "s#/srv/titian#$here#g" "$unit" > "/etc/systemd/system/$(basename "$unit")"
    done
    [ -e /etc/titian.env ] || install -m 0600 /dev/null /etc/titian.env
    if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

for step in "$@"; do
    case $step in
        packages | account | application | check | units) "$step" ;;
        *) echo "There is no step $step: packages, account, application, check, units." >&2; exit 2 ;;
    esac
done
