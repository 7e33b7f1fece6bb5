# Shared by the scripts of this folder (sourced). Expects: state (absolute directory), pki (its directory of keys), timeout (seconds for
# each wait), me (name for messages).
# shellcheck shell=bash disable=SC2154

say() { printf '%s\n' "$*" >&2; }
die() { say "$me: $*"; exit 1; }

# bin NAME: the program's path, from KUBE_BIN first, else from PATH.
bin() {
  if [[ -n ${KUBE_BIN:-} && -x $KUBE_BIN/$1 ]]; then printf '%s\n' "$KUBE_BIN/$1"; return; fi
  command -v "$1" || die "$1 not found: put it in KUBE_BIN or PATH (build.sh and clients.sh make it)"
}

# --- keys, certificates, kubeconfigs (P-256) under $pki ---
key() { (umask 077; openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key"); }
# ca NAME CN
ca() {
  key "$1"
  openssl req -x509 -new -key "$pki/$1.key" -sha256 -days 3650 -subj "/CN=$2" -out "$pki/$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}
# cert CA NAME SUBJECT USAGE [SAN]
cert() {
  key "$2"
  openssl req -new -key "$pki/$2.key" -subj "$3" -out "$pki/$2.csr" 2>/dev/null
  openssl x509 -req -in "$pki/$2.csr" -CA "$pki/$1.crt" -CAkey "$pki/$1.key" -CAcreateserial -days 3650 -sha256 \
    -out "$pki/$2.crt" -extfile <(printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=%s\n%s\n' \
      "$4" "${5:+subjectAltName=$5}") 2>/dev/null
  rm -f "$pki/$2.csr"
}
# kubeconfig FILE USER CERT SERVER
kubeconfig() {
  (
    umask 077
    cat > "$1" <<YAML
apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster: {server: "$4", certificate-authority-data: "$(base64 -w0 "$pki/ca.crt")"}
users:
- name: $2
  user: {client-certificate-data: "$(base64 -w0 "$pki/$3.crt")", client-key-data: "$(base64 -w0 "$pki/$3.key")"}
contexts:
- name: test
  context: {cluster: test, user: $2}
YAML
  )
}

# --- processes ---
# start NAME COMMAND...: in a session of its own (it outlives this shell); log and process id in $state.
start() {
  local name=$1; shift
  setsid "$@" > "$state/$name.log" 2>&1 < /dev/null &
  echo $! > "$state/$name.pid"
}
alive() { kill -0 "$(< "$state/$1.pid")" 2>/dev/null; }
# until_ok NAME COMMAND...: repeat COMMAND until it succeeds, NAME's process has ended, or the time is up.
until_ok() {
  local name=$1 end=$((SECONDS + timeout)); shift
  until "$@" > /dev/null 2>&1; do
    alive "$name" || { tail -n 20 "$state/$name.log" >&2; die "$name ended (log: $state/$name.log)"; }
    (( SECONDS < end )) || { tail -n 20 "$state/$name.log" >&2; die "$name not ready after ${timeout}s (log: $state/$name.log)"; }
    sleep 0.1
  done
}
http_ok() { curl -fs -o /dev/null --max-time 2 "$@"; }
