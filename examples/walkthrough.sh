#!/usr/bin/env bash
# A walk through the API with curl and jq, against a running demonstration:
#
#     bazdid demo | tee demo.log        # in one terminal; wait until it says that the server stays up
#     examples/walkthrough.sh demo.log  # in another
#
# The operator registers a request, the system finds areas and work, an inspector's phone syncs and sends a note twice, and the
# supervisor sees it. The log holds the address of the server and the passwords, which are new in each run.
set -euo pipefail

log=${1:?usage: examples/walkthrough.sh LOG-OF-THE-DEMONSTRATION}
server=$(grep -o 'http://[0-9.]*:[0-9]*' "$log" | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
new_id() { cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen | tr '[:upper:]' '[:lower:]'; }
password() { awk -v login="$1" '$1 == login && NF >= 3 { print $2; exit }' "$log"; }

# call NAME STATUS METHOD PATH [curl options]: leaves the body in $work/NAME.json, and ends the walk if the status is another.
call() {
    local name=$1 wanted=$2 method=$3 path=$4 status
    shift 4
    status=$(curl --silent --show-error --request "$method" --output "$work/$name.json" --write-out '%{http_code}' \
        --header 'content-type: application/json' "$@" "$server$path")
    echo "$method $path → $status"
    if [ "$status" != "$wanted" ]; then
        echo "expected $wanted:" >&2
        cat "$work/$name.json" >&2
        exit 1
    fi
}

# login LOGIN: prints an access token, which is good for 15 minutes.
login() {
    jq -n --arg login "$1" --arg password "$(password "$1")" '{login: $login, password: $password}' |
        curl --silent --fail --header 'content-type: application/json' --data @- "$server/v1/auth/login" | jq -r .access_token
}

say "1. Which server is it?"
call version 200 GET /version
jq -c . "$work/version.json"

say "2. The operator registers a request; the same key twice registers it once"
operator=$(login operator)
call categories 200 GET /v1/categories --header "authorization: Bearer $operator"
category=$(jq -r '.items[] | select(.code == "roads.pothole") | .id' "$work/categories.json")
jq -n --arg category "$category" \
    '{category: $category, text: "چاله جلوی مدرسه", address_text: "خیابان نمونه", point: {lat: 36.2851, lon: 49.9903, accuracy_m: 10}}' > "$work/new.json"
key=$(new_id)
for _ in 1 2; do
    call ticket 201 POST /v1/tickets --header "authorization: Bearer $operator" --header "idempotency-key: $key" --data "@$work/new.json"
done
jq -c '{id, code, status, areas: (.areas | length), promise_at}' "$work/ticket.json"
ticket=$(jq -r .id "$work/ticket.json")

say "3. The system made work of it and says why it went where it went"
call ticket 200 GET "/v1/tickets/$ticket" --header "authorization: Bearer $operator"
jq -c '.work_orders[] | {kind, state, organisation, why: (.explanation.considered[] | select(.verdict == "chosen") | .en)}' "$work/ticket.json"

say "4. An error says what is wrong, as problem+json with a stable code"
call problem 422 POST /v1/tickets --header "authorization: Bearer $operator" \
    --data "$(jq '.point.lat = 91 | .text = " "' "$work/new.json")"
jq -c '{code, detail, errors}' "$work/problem.json"

say "5. An inspector's phone registers; the same nonce gives the same device"
inspector=$(login inspector.1a)
nonce=$(new_id)
jq -n --arg nonce "$nonce" '{nonce: $nonce, name: "walk-through", platform: "curl", app_version: "1"}' > "$work/device-request.json"
for _ in 1 2; do
    call device 200 POST /v1/sync/devices --header "authorization: Bearer $inspector" --data "@$work/device-request.json"
    jq -c '{id, applied_through}' "$work/device.json"
done
device=$(jq -r .id "$work/device.json")

# pull: asks until the copy is complete, and leaves the rows of all pages in $work/rows.json.
cursor=null
pull() {
    : > "$work/pages.json"
    while :; do
        jq -n --arg device "$device" --argjson cursor "$cursor" '{device: $device, schema: 1, cursor: $cursor, limit: 500, reset: []}' > "$work/pull.json"
        call page 200 POST /v1/sync/pull --header "authorization: Bearer $inspector" --data "@$work/pull.json"
        jq -c '.changes[]' "$work/page.json" >> "$work/pages.json"
        cursor=$(jq .cursor "$work/page.json")
        if [ "$(jq .more "$work/page.json")" = false ]; then break; fi
    done
    jq -s -c 'group_by(.t) | map({(.[0].t): length}) | add' "$work/pages.json"
}

say "6. It pulls its copy, page by page: rows by type"
pull

say "7. It sends what was done without a network: a note at a ticket of its copy. Sent again, it is not done again"
seen=$(jq -s -c 'map(select(.t == "ticket" and .op == "put")) | last' "$work/pages.json")
jq -n --arg device "$device" --arg id "$(new_id)" --arg note "$(new_id)" --arg at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --argjson seen "$seen" '
    {device: $device, schema: 1, sent_at: $at, pending: 1, acked_through: 0, mutations: [
        {seq: 1, id: $id, cmd: "note.add", v: 1, entity: $seen.id, base: $seen.v, seen_ts: $seen.ts, at: $at,
         args: {note: $note, text: "نزدیک مدرسه، فوری"}}]}' > "$work/push-request.json"
for _ in 1 2; do
    call push 200 POST /v1/sync/push --header "authorization: Bearer $inspector" --data "@$work/push-request.json"
    jq -c '.results[] | {seq, status, replayed}' "$work/push.json"
done

say "8. The next pull brings only what changed"
pull

say "9. The supervisor sees what waits for the office"
supervisor=$(login supervisor)
call inbox 200 GET '/v1/inbox?limit=3' --header "authorization: Bearer $supervisor"
jq -c '.counts' "$work/inbox.json"
