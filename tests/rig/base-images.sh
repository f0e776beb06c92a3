#!/bin/bash
# No public registry is needed: makes the two base images .NET apps are built on from Debian's packages and this machine's own .NET
# runtime, and pushes them to the rig's registry under the names they have upstream, once:
#   localhost:5000/dotnet/runtime-deps:10.0   localhost:5000/dotnet/aspnet:10.0
# Needs the engine and the registry: `docker.sh up` brings up both, then runs this.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
apt_need curl
have() { curl -fs -o /dev/null -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "localhost:5000/v2/dotnet/$1/manifests/10.0"; }
have runtime-deps && have aspnet && exit 0

dotnet="$(command -v dotnet)" || { echo "rig: no dotnet on the PATH; the base images hold this machine's .NET runtime" >&2; exit 1; }
dotnet="$(dirname "$(readlink -f "$dotnet")")"
apt_need mmdebstrap
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT

# The user that .NET's own images have for apps.
user="echo app:x:1654:1654::/home/app:/bin/false >>\"\$1/etc/passwd\"; echo app:x:1654: >>\"\$1/etc/group\"; install -d -o 1654 -g 1654 \"\$1/home/app\""
mmdebstrap --quiet --variant=minbase --include=ca-certificates,libicu72,libssl3,libstdc++6,tzdata,zlib1g --customize-hook="$user" bookworm "$work/deps.tar" "$(mirror)"
docker import -c 'ENV APP_UID=1654 ASPNETCORE_HTTP_PORTS=8080 DOTNET_RUNNING_IN_CONTAINER=true' "$work/deps.tar" localhost:5000/dotnet/runtime-deps:10.0 >/dev/null

context="$work/context"; mkdir -p "$context/dotnet/shared"
cp -a "$dotnet/dotnet" "$dotnet/host" "$context/dotnet/"
cp -a "$dotnet/shared/Microsoft.NETCore.App" "$dotnet/shared/Microsoft.AspNetCore.App" "$context/dotnet/shared/"
cat >"$context/Dockerfile" <<'D'
FROM localhost:5000/dotnet/runtime-deps:10.0
COPY dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV DOTNET_ROOT=/usr/share/dotnet
D
DOCKER_BUILDKIT=0 docker build -q -t localhost:5000/dotnet/aspnet:10.0 "$context" >/dev/null
for image in runtime-deps aspnet; do docker push -q "localhost:5000/dotnet/$image:10.0" >/dev/null; done
