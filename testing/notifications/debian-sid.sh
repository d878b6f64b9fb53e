#!/usr/bin/env bash
# Programs of Debian sid with all libraries that they need, unpacked beside the system: nothing is installed, no root file is touched.
#   debian-sid.sh prepare NAME PACKAGE…      unpack packages under $SID_HOME/NAME (idempotent; about 100 MB each)
#   debian-sid.sh run NAME PROGRAM ARG…      run such as usr/bin/ntfy of it, instead of this script
set -euo pipefail
SID_HOME=${SID_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/lumbung-peers/sid}

prepare() {
  local home=$SID_HOME/$1; shift
  [ -f "$home/.ready" ] && return 0
  local apt=$home/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$home/root"
  : > "$apt/status"
  local uri; uri=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1)   # the archive that this machine uses
  [ -n "$uri" ] || { echo "no Debian archive is configured: run apt-get update first" >&2; exit 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri sid main" > "$apt/sid.list"
  local o=(-q -o Dir::Etc::sourcelist="$apt/sid.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Dir::State::status="$apt/status"
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none)
  apt-get "${o[@]}" update >&2
  # an empty dpkg status => apt resolves the full closure, libc included
  apt-get "${o[@]}" -y --no-install-recommends --download-only install "$@" libc6 >&2
  local d
  for d in "$apt"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$d" | tar -x -C "$home/root" --keep-directory-symlink --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
  done
  rm -rf "$apt"
  touch "$home/.ready"
}

run() {
  local root=$SID_HOME/$1/root program=$2; shift 2
  local lib; for lib in "$root"/usr/lib/*-linux-gnu; do :; done
  local ld; for ld in "$lib"/ld-linux-*.so.*; do :; done
  set -- "$ld" --argv0 "$root/$program" --library-path "$lib" "$root/$program" "$@"
  # Alertmanager reads /usr/share/prometheus/alertmanager: it sees the unpacked /usr/share in that place, and no one else does.
  local as_root=(); [ "$(id -u)" = 0 ] || as_root=(--map-root-user)
  exec unshare "${as_root[@]}" --mount sh -c 'mount --bind "$1" /usr/share && shift && exec "$@"' sh "$root/usr/share" "$@"
}

case ${1:-} in
  prepare) shift; prepare "$@";;
  run) shift; run "$@";;
  *) sed -n '2,4p' "$0"; exit 64;;
esac
