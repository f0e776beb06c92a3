#!/bin/bash
# Runs a command on the Debian 13 root as if that were the machine: of the machine's files it sees DIRECTORY alone, and what it mounts is gone with it.
# A root, not a chroot: an engine's containers would see out of one. `in-trixie.sh DIRECTORY COMMAND...`
set -euo pipefail
exec unshare --mount bash -c '
  set -euo pipefail
  root=$1 shared=$2; shift 2
  mount --bind "$root" "$root"
  for place in proc sys dev; do mount --rbind "/$place" "$root/$place"; done
  mount -t tmpfs none "$root/tmp"
  mkdir -p "$root$shared" "$root/tmp/.machine"
  mount --rbind "$shared" "$root$shared"
  cd "$root"; pivot_root . tmp/.machine; umount --lazy /tmp/.machine
  exec "$@"' in-trixie "${IMMUTABLE_RIG:-/var/cache/immutable-rig}/trixie" "$@"
