# Shared by the rig scripts: where things live, and how packages and Debian roots are had.
RIG="${IMMUTABLE_RIG:-/var/cache/immutable-rig}"; RUN="$RIG/run"; mkdir -p "$RUN"
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export DEBIAN_FRONTEND=noninteractive

apt_need() { # PACKAGE... : installs what is missing
  local miss=(); for p in "$@"; do dpkg -s "$p" >/dev/null 2>&1 || miss+=("$p"); done
  [ ${#miss[@]} -eq 0 ] && return 0
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${miss[@]}" >/dev/null
}

# The Debian mirror this machine already uses.
mirror() {
  { grep -hE '^URIs:' /etc/apt/sources.list.d/*.sources; grep -hE '^deb ' /etc/apt/sources.list | sed 's/\[[^]]*\] *//'; } 2>/dev/null |
    awk '{print $2}' | grep -v security | head -n 1
}

# A Debian 13 root with what Debian 12 lacks: cosign 2.5, oras 1.2, moto 5.1, and Docker Engine 26 with the programs it calls.
trixie_root() {
  [ -x "$RIG/trixie/usr/bin/cosign" ] && [ -x "$RIG/trixie/usr/bin/oras" ] && [ -x "$RIG/trixie/usr/bin/moto_server" ] && [ -x "$RIG/trixie/usr/sbin/dockerd" ] && [ -x "$RIG/trixie/usr/bin/jq" ] && return 0
  apt_need mmdebstrap
  rm -rf "$RIG/trixie"
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,cosign,oras,docker.io,iptables,jq,procps,python3-moto,python3-flask,python3-flask-cors trixie "$RIG/trixie" "$(mirror)"
  echo "127.0.0.1 localhost" >"$RIG/trixie/etc/hosts"
}
trixie() { chroot "$RIG/trixie" "$@"; }

# Debian sid's cosign 3.1. Mirrors' copies of sid may be weeks old, hence the unchecked date.
sid_root() {
  [ -x "$RIG/sid/usr/bin/cosign" ] && return 0
  apt_need mmdebstrap
  rm -rf "$RIG/sid"
  mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --include=ca-certificates,cosign sid "$RIG/sid" "$(mirror)"
  echo "127.0.0.1 localhost" >"$RIG/sid/etc/hosts"
}
sid() { chroot "$RIG/sid" "$@"; }

alive() { [ -f "$RUN/$1.pid" ] && kill -0 "$(cat "$RUN/$1.pid")" 2>/dev/null; }
start() { # NAME COMMAND... : starts once, keeps a pid file and a log
  local name=$1; shift; alive "$name" && return 0
  setsid "$@" >"$RUN/$name.log" 2>&1 </dev/null & echo $! >"$RUN/$name.pid"
}
stop() { # NAME : and waits for its end, since the next start would find half of it
  if alive "$1"; then kill "$(cat "$RUN/$1.pid")"; wait_for 120 gone "$1"; fi
  rm -f "$RUN/$1.pid"
}
gone() { ! alive "$1"; }
wait_for() { # SECONDS COMMAND... : until it succeeds
  local n=$(( $1 * 5 )); shift
  for _ in $(seq "$n"); do "$@" >/dev/null 2>&1 && return 0; sleep 0.2; done
  echo "rig: gave up waiting for: $*" >&2; return 1
}
