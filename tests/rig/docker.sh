#!/bin/bash
# A Docker engine from Debian's packages, for a machine that has none: on the usual socket, and with TLS on 127.0.0.1:2376; a registry on
# localhost:5000, and in it the base images of base-images.sh. `docker.sh up|down`
set -euo pipefail; . "$(dirname "$0")/lib.sh"
tls="$RIG/docker-tls" # ca.pem, cert.pem and key.pem as DOCKER_CERT_PATH has them

certificate() { # NAME SUBJECT EXTENSION : NAME-key.pem and NAME.pem, by the authority
  openssl req -newkey rsa:2048 -nodes -keyout "$1-key.pem" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 3650 -extfile <(printf '%s\n' "$3") -out "$1.pem"
}
certificates() {
  [ -e "$tls/done" ] && return 0
  rm -rf "$tls" && mkdir -p -m 700 "$tls" && cd "$tls"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -subj /CN=rig-authority -days 3650 -out ca.pem
  certificate server /CN=localhost 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  certificate client /CN=rig-client 'extendedKeyUsage=clientAuth'
  mv client.pem cert.pem && mv client-key.pem key.pem && touch done
}

registry_answers() { curl -fs -o /dev/null localhost:5000/v2/; }
registry() {
  registry_answers && return 0
  printf 'version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: %s/registry}}\nhttp: {addr: "127.0.0.1:5000"}\n' "$RIG" >"$RUN/registry.yml"
  start registry docker-registry serve "$RUN/registry.yml"
  wait_for 120 registry_answers
}

case "${1:-up}" in
up)
  apt_need docker.io iptables iproute2 jq openssl busybox-static docker-registry curl
  if ! docker version >/dev/null 2>&1; then
    (certificates) 2>"$RUN/docker-tls.log"
    # Some sandboxes lack CAP_SYS_RESOURCE: a negative oom_score_adj then kills runc. The wrapper drops that one field.
    start dockerd dockerd --add-runtime "plain=$HERE/runc-plain" --default-runtime plain -H unix:///var/run/docker.sock \
      -H tcp://127.0.0.1:2376 --tlsverify --tlscacert "$tls/ca.pem" --tlscert "$tls/server.pem" --tlskey "$tls/server-key.pem"
    wait_for 180 docker version
  fi
  registry
  bash "$HERE/base-images.sh" ;;
down) stop registry; stop dockerd ;;
esac
