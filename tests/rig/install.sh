#!/bin/bash
# Installs every real system the tests talk to. Debian, as root. The tests start and stop the systems themselves.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
apt_need git groovy procps rpm rsync xz-utils docker-registry skopeo podman umoci oci-image-tool jq wrk nginx-light haproxy openssh-server
trixie_root
sid_root
bash "$HERE/docker.sh" up
bash "$HERE/powershell.sh" >/dev/null
if command -v npm >/dev/null; then bash "$HERE/github-mock.sh" >/dev/null; fi
if command -v npm >/dev/null; then bash "$HERE/workflows.sh" >/dev/null; fi
if [ "$(uname -m)" = x86_64 ] && command -v npm >/dev/null; then bash "$HERE/trivy.sh" >/dev/null; fi
