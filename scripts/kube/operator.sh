#!/usr/bin/env bash
# Put the definitions of the Prometheus operator's kinds into DIR/prometheus-operator. They come from its Go module.
#   ./operator.sh DIR
set -euo pipefail
dir=${1:?usage: operator.sh DIR}/prometheus-operator
module=github.com/prometheus-operator/prometheus-operator
version=v0.85.0
sum='h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s='
kinds=(podmonitors servicemonitors prometheusrules)
if [[ -e $dir/$version ]]; then echo "prometheus-operator $version: already there"; exit 0; fi
tmp=$(mktemp -d); trap 'rm -rf -- "$tmp"' EXIT
cd "$tmp"
go mod download -json "$module@$version" > said
read -r found source < <(python3 -c 'import json; said = json.load(open("said")); print(said["Sum"], said["Dir"])')
[[ $found == "$sum" ]] || { echo "operator.sh: $module $version has the sum $found, not $sum" >&2; exit 1; }
rm -rf -- "$dir"; mkdir -p "$dir"
for kind in "${kinds[@]}"; do
  install -m 644 "$source/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml" "$dir/$kind.yaml"
done
touch "$dir/$version"
echo "prometheus-operator $version: ${kinds[*]}"
