#!/usr/bin/env bash
# Runs `sse doctor` against three good servers of other projects: axum, sse-starlette on uvicorn, and
# better-sse on Node. Each is examined directly, behind nginx with buffering, and behind nginx without
# it. With buffering, the only error must be "buffering"; otherwise there must be no error.
#
# The script needs cargo, python3 with venv, npm, node, nginx and jq, and takes two minutes. WATCH sets
# the time for which each stream is watched.
set -euo pipefail
cd "$(dirname "$0")"
watch=${WATCH:-15s}
servers=$PWD/real_servers
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

cargo build --quiet -p sse-cli --bin sse --example axum_server
target=$(cargo metadata --format-version 1 --no-deps | jq -r .target_directory)/debug

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet uvicorn sse-starlette
cp "$servers/node_server.mjs" "$work"
(cd "$work" && npm install --silent --no-save better-sse >/dev/null)

# Finds free ports. All sockets are open at the same time, so that the ports differ.
read -r -a ports < <(python3 - <<'PY'
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(9)]
print(*(s.getsockname()[1] for s in sockets))
PY
)

"$target/examples/axum_server" "${ports[0]}" & started+=($!)
"$work/venv/bin/python" "$servers/uvicorn_server.py" "${ports[1]}" & started+=($!)
node "$work/node_server.mjs" "${ports[2]}" & started+=($!)

{
  echo "daemon off; pid $work/pid; error_log $work/error.log; events {} http { access_log off;"
  for folder in client_body proxy fastcgi uwsgi scgi; do echo "${folder}_temp_path $work/$folder;"; done
  for server in 0 1 2; do
    for buffering in on off; do
      port=${ports[$((server + 3))]}
      [ "$buffering" = on ] || port=${ports[$((server + 6))]}
      # The servers send X-Accel-Buffering to switch buffering off, which nginx has to ignore here.
      # nginx sends requests in HTTP/1.0 by default. With HTTP/1.1 it would forward each chunk at
      # once, even with buffering.
      echo "server { listen 127.0.0.1:$port; location / { proxy_pass http://127.0.0.1:${ports[$server]};
        proxy_ignore_headers X-Accel-Buffering; proxy_buffering $buffering; } }"
    done
  done
  echo "}"
} >"$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" & started+=($!)
for port in "${ports[@]}"; do
  for _ in $(seq 100); do (echo >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
done

failed=0
check() { # NAME PORT EXPECTED-ERRORS
  local report errors
  report=$("$target/sse" doctor --watch "$watch" --output json "http://127.0.0.1:$2/" 2>/dev/null) || true
  errors=$(jq -r '[.findings[] | select(.severity == "error").check] | join(" ")' <<<"$report")
  others=$(jq -r '[.findings[] | select(.severity == "warning" or .severity == "note") | "\(.severity) \(.check)"] | join(", ")' <<<"$report")
  printf '%-30s %4s events  errors: %-12s %s\n' "$1" "$(jq .events <<<"$report")" "${errors:-none}" "($others)"
  [ "$errors" = "$3" ] || { failed=1; echo "  expected: ${3:-none}"; jq -c '.findings[] | select(.severity == "error" or .check == "buffering")' <<<"$report"; }
}
names=(axum "uvicorn, sse-starlette" "Node, better-sse")
for server in 0 1 2; do
  check "${names[$server]}" "${ports[$server]}" ""
  check "${names[$server]}, buffered" "${ports[$((server + 3))]}" buffering
  check "${names[$server]}, unbuffered" "${ports[$((server + 6))]}" ""
done
exit "$failed"
