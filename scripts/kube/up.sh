#!/usr/bin/env bash
# Start a real Kubernetes control plane on loopback: etcd, kube-apiserver and (unless KCM=0) kube-controller-manager.
# Prints one line on stdout, the path of an admin kubeconfig; everything else goes to stderr and to log files.
#
#   KUBE_BIN=DIR ./up.sh [STATE_DIR]     # STATE_DIR: default a fresh temporary directory
#   ./down.sh STATE_DIR [--remove]       # ends only the processes whose ids are in STATE_DIR/*.pid
#
# Environment:
#   KUBE_BIN         directory of etcd, kube-apiserver, kube-controller-manager (default: each from PATH)
#   KCM              0 = no controller manager (then no default ServiceAccounts, EndpointSlices, garbage collection)
#   KCM_CONTROLLERS  value of --controllers (default: the ones that an ingress controller's tests need)
#   KUBE_ADDRESS     address to serve on (default 127.0.0.1)
#   KUBE_PORT        API port (default: a free one)
#   SERVICE_CIDR     default 10.96.0.0/16
#   APISERVER_ARGS, KCM_ARGS   extra flags, split at blanks
#   READY_TIMEOUT    seconds for each part (default 60)
set -euo pipefail
me=up.sh
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

state=${1:-$(mktemp -d)}
mkdir -p "$state"; state=$(cd "$state" && pwd)
for f in "$state"/*.pid; do [[ -e $f ]] && die "$state is in use ($f): run down.sh on it first"; done
address=${KUBE_ADDRESS:-127.0.0.1}
service_cidr=${SERVICE_CIDR:-10.96.0.0/16}
timeout=${READY_TIMEOUT:-60}
kcm=${KCM:-1}
etcd=$(bin etcd); apiserver=$(bin kube-apiserver)
[[ $kcm == 0 ]] || controller_manager=$(bin kube-controller-manager)
pki=$state/pki; mkdir -p "$pki" "$state/etcd"; chmod 700 "$pki" "$state/etcd"

# Free ports, all held open together while they are chosen, so that they differ.
read -r etcd_port peer_port free_port kcm_port < <(python3 - "$address" <<'PY'
import socket, sys
held = []
for _ in range(4):
    s = socket.socket(); s.bind((sys.argv[1], 0)); held.append(s)
print(*[s.getsockname()[1] for s in held])
PY
)
port=${KUBE_PORT:-$free_port}
# A state directory that is started again keeps its data, its keys and its port, so old kubeconfigs and tokens stay good.
if [[ -z ${KUBE_PORT:-} && -e $state/port ]]; then port=$(< "$state/port"); fi
printf '%s\n' "$port" > "$state/port"
server=https://$address:$port

if [[ ! -e $pki/ca.crt ]]; then
  first_service_ip=$(python3 -c 'import ipaddress,sys; print(ipaddress.ip_network(sys.argv[1])[1])' "$service_cidr")
  ca ca test-ca
  ca front-proxy-ca test-front-proxy-ca
  cert ca apiserver /CN=kube-apiserver serverAuth \
    "IP:127.0.0.1,IP:$address,IP:$first_service_ip,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  cert ca admin /O=system:masters/CN=admin clientAuth
  cert ca controller-manager /CN=system:kube-controller-manager clientAuth
  cert ca apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
  cert front-proxy-ca front-proxy-client /CN=front-proxy-client clientAuth
  key sa
  openssl ec -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
fi
kubeconfig "$state/kubeconfig" admin admin "$server"
kubeconfig "$state/controller-manager.kubeconfig" system:kube-controller-manager controller-manager "$server"

trap 'rc=$?; if (( rc )); then "$here/down.sh" "$state" >&2 || true; fi' EXIT

# Durability is of no use to a test: no fsync (a flag of etcd 3.5 and later).
etcd_flags=()
if "$etcd" --help 2>&1 | grep -e --unsafe-no-fsync > /dev/null; then etcd_flags+=(--unsafe-no-fsync); fi
start etcd "$etcd" --name test --data-dir "$state/etcd" "${etcd_flags[@]}" \
  --listen-client-urls "http://$address:$etcd_port" --advertise-client-urls "http://$address:$etcd_port" \
  --listen-peer-urls "http://$address:$peer_port" --initial-advertise-peer-urls "http://$address:$peer_port" \
  --initial-cluster "test=http://$address:$peer_port"
until_ok etcd http_ok "http://$address:$etcd_port/health"

# A Service endpoint may not be a loopback address: on loopback the kubernetes Service has none.
reconciler=lease; [[ $address == 127.* ]] && reconciler=none
# shellcheck disable=SC2086
start kube-apiserver "$apiserver" \
  --etcd-servers="http://$address:$etcd_port" \
  --bind-address="$address" --advertise-address="$address" --secure-port="$port" \
  --endpoint-reconciler-type=$reconciler --service-cluster-ip-range="$service_cidr" \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --anonymous-auth=true --allow-privileged=true \
  --client-ca-file="$pki/ca.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
  --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" --kubelet-client-key="$pki/apiserver-kubelet-client.key" \
  --kubelet-preferred-address-types=InternalIP,Hostname \
  --requestheader-client-ca-file="$pki/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
  --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
  --proxy-client-cert-file="$pki/front-proxy-client.crt" --proxy-client-key-file="$pki/front-proxy-client.key" \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
  ${APISERVER_ARGS:-}
until_ok kube-apiserver http_ok --cacert "$pki/ca.crt" "$server/readyz"

if [[ $kcm != 0 ]]; then
  # shellcheck disable=SC2086
  start kube-controller-manager "$controller_manager" \
    --kubeconfig="$state/controller-manager.kubeconfig" --authentication-kubeconfig="$state/controller-manager.kubeconfig" \
    --authorization-kubeconfig="$state/controller-manager.kubeconfig" --authorization-always-allow-paths=/healthz,/readyz,/livez \
    --bind-address="$address" --secure-port="$kcm_port" --cert-dir="$state/controller-manager-certs" --leader-elect=false \
    --use-service-account-credentials=true --service-account-private-key-file="$pki/sa.key" --root-ca-file="$pki/ca.crt" \
    --controllers="${KCM_CONTROLLERS:-serviceaccount-controller,root-ca-certificate-publisher-controller,endpointslice-controller,garbage-collector-controller,namespace-controller,deployment-controller,replicaset-controller}" \
    ${KCM_ARGS:-}
  until_ok kube-controller-manager http_ok -k "https://$address:$kcm_port/healthz"
  # Ready for pods means: the default ServiceAccount is there.
  until_ok kube-controller-manager http_ok --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" \
    "$server/api/v1/namespaces/default/serviceaccounts/default"
fi
printf '%s\n' "$state/kubeconfig"
