#!/usr/bin/env bash
# A real MariaDB server and client (11.8, Debian sid's packages) beside the system: nothing is upgraded, no root file is touched.
# About 300 MB under $MARIADB11_HOME. For tests against a newer MariaDB than that of Debian 12.
#   mariadb11.sh prepare                        download and unpack the packages (idempotent)
#   mariadb11.sh start PORT DATADIR [OPTION…]   initialise DATADIR if needed, start mariadbd on 127.0.0.1:PORT, wait until it is ready;
#                                               root logs in without a password on the socket DATADIR/s.sock
#   mariadb11.sh stop DATADIR                   kill that server (by its own pid file, waits): its data is removed anyhow
# After prepare, $MARIADB11_HOME/bin/{mariadb,mariadb-dump,mariadbd} are wrappers that can be called directly. That of mariadbd names its
# messages and character sets by itself.
set -euo pipefail
HOME11=${MARIADB11_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/lumbung-peers/mariadb11}
SUITE=${MARIADB11_SUITE:-sid}
PKGS="mariadb-server-core mariadb-client-core mariadb-client libc6"
ROOT=$HOME11/root
SHARE=$ROOT/usr/share/mariadb
LIB=$ROOT/usr/lib/x86_64-linux-gnu

prepare() {
  [ -f "$HOME11/.ready" ] && return 0
  local apt=$HOME11/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$ROOT" "$HOME11/bin"
  : > "$apt/status"
  local uri; uri=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1)   # the archive that this machine uses
  [ -n "$uri" ] || { echo "no Debian archive is configured: run apt-get update first" >&2; exit 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $SUITE main" > "$apt/suite.list"
  local o=(-q -o Dir::Etc::sourcelist="$apt/suite.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Dir::State::status="$apt/status"
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none)
  apt-get "${o[@]}" update >&2
  # an empty dpkg status => apt resolves the full closure (libc included); perl is only for maintainer scripts
  # shellcheck disable=SC2086
  apt-get "${o[@]}" -y --no-install-recommends --download-only install $PKGS >&2
  local d
  for d in "$apt"/cache/archives/*.deb; do
    case ${d##*/} in perl*|libperl*|libdb5*|libgdbm*|libc-gconv*|gcc-*) continue;; esac
    dpkg-deb --fsys-tarfile "$d" | tar -x -C "$ROOT" --keep-directory-symlink --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
  done
  wrapper mariadb usr/bin/mariadb
  wrapper mariadb-dump usr/bin/mariadb-dump
  wrapper mariadbd usr/sbin/mariadbd --lc-messages-dir="$SHARE" --character-sets-dir="$SHARE/charsets" --plugin-dir="$ROOT/usr/lib/mysql/plugin"
  rm -rf "$apt/cache" "$apt/lists"
  touch "$HOME11/.ready"
}

# wrapper NAME PROGRAM OPTION…: a script that runs the program with its own libraries. Its first argument stays the first: --no-defaults.
wrapper() {
  local name=$1 program=$ROOT/$2; shift 2
  local run; run="exec $(printf '%q ' "$LIB/ld-linux-x86-64.so.2" --argv0 "$program" --library-path "$LIB" "$program")"
  printf '#!/bin/bash\nif [ "${1-}" = --no-defaults ]; then shift; set -- --no-defaults %s "$@"; fi\n%s"$@"\n' \
    "$([ $# = 0 ] || printf '%q ' "$@")" "$run" > "$HOME11/bin/$name"
  chmod 755 "$HOME11/bin/$name"
}

start() {
  local port=$1 data=$2; shift 2
  prepare
  local common=(--no-defaults --datadir="$data" --tmpdir="$data.tmp")
  mkdir -p "$data.tmp"
  [ "$(id -u)" = 0 ] && common+=(--user=root)
  if [ ! -d "$data/mysql" ]; then
    mkdir -p "$data"; chmod 700 "$data"
    { printf 'create database if not exists mysql;\nuse mysql;\n'; cat "$SHARE"/mariadb_{system_tables,performance_tables,system_tables_data}.sql "$SHARE"/{fill_help_tables,maria_add_gis_sp_bootstrap,mariadb_sys_schema}.sql; } |
      "$HOME11/bin/mariadbd" "${common[@]}" --bootstrap > "$data.boot.log" 2>&1 || { tail -n 20 "$data.boot.log" >&2; exit 1; }
  fi
  "$HOME11/bin/mariadbd" "${common[@]}" --socket="$data/s.sock" --pid-file="$data/pid" --port="$port" --bind-address=127.0.0.1 \
    --innodb-buffer-pool-size=128M --innodb-flush-log-at-trx-commit=0 "$@" > "$data.log" 2>&1 < /dev/null &
  for _ in $(seq 1 600); do
    "$HOME11/bin/mariadb" --no-defaults -uroot --socket="$data/s.sock" -e 'select 1' > /dev/null 2>&1 && return 0
    kill -0 $! 2> /dev/null || break
    sleep 0.1
  done
  tail -n 20 "$data.log" >&2; exit 1
}

stop() {
  local pid; pid=$(cat "$1/pid"); kill -9 "$pid"
  for _ in $(seq 1 600); do kill -0 "$pid" 2> /dev/null || return 0; sleep 0.05; done
  return 1
}

case ${1:-} in
  prepare) prepare;;
  start) shift; start "$@";;
  stop) shift; stop "$@";;
  *) sed -n '2,10p' "$0"; exit 64;;
esac
