#!/usr/bin/env bash
# Build real Kubernetes server binaries from their Go modules (parts/go.mod pins them) into DIR.
#   ./build.sh DIR [PART...]     PART: etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy
# Default parts: etcd kube-apiserver kube-controller-manager (what up.sh needs); PART may be "all", for a whole node.
# A binary that is already in DIR with the pinned version is left, so DIR is worth keeping between runs; the Go caches are not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: build.sh DIR [PART...]}; shift
parts=("$@"); [[ ${#parts[@]} -gt 0 ]] || parts=(etcd kube-apiserver kube-controller-manager)
[[ ${parts[0]} != all ]] || parts=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
cd "$here/parts"

export CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -mod=readonly' GOGC=${GOGC:-400}
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)          # v1.37.2
etcd_version=$(go list -m -f '{{.Version}}' go.etcd.io/etcd/server/v3)
IFS=. read -r major minor _ <<< "${version#v}"

packages=()
for part in "${parts[@]}"; do
  case $part in
    etcd) want=$etcd_version package=./etcd ;;
    *)    want=$version package=k8s.io/kubernetes/cmd/$part ;;
  esac
  have=$("$dir/$part" --version 2>/dev/null | sed -n 's/^etcd Version: /v/p; s/^Kubernetes //p' || true)
  if [[ $have == "$want" ]]; then echo "$part $want: already there"; else packages+=("$package"); fi
done
[[ ${#packages[@]} -gt 0 ]] || exit 0

# One command for all of them keeps every core busy while one links. grpcnotrace lets the linker drop what nothing calls
# (the release builds use it too); no DWARF, since -s -w would throw it away.
v=k8s.io/component-base/version
begin=$SECONDS
go build -tags grpcnotrace -gcflags=all=-dwarf=false \
  -ldflags "-s -w -X $v.gitVersion=$version -X $v.gitMajor=$major -X $v.gitMinor=$minor -X $v.gitTreeState=clean" \
  -o "$dir/" "${packages[@]}"
echo "built ${packages[*]##*/} ($version, etcd $etcd_version) in $((SECONDS - begin)) s"
