// A receiver of bazdid's webhooks, without libraries: checks the signature, answers at once, and takes each event once.
//
//   BAZDID_WEBHOOK_SECRET=whsec_… node examples/webhook-receiver.mjs [PORT]
//
// Behind a proxy with TLS. To try it on one machine, set `allow_private = true` in the section [webhooks] of bazdid.toml and
// add it with `bazdid webhook add http://127.0.0.1:9000/`.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_S = 5 * 60;
const MAX_BYTES = 1024 * 1024;
const key = Buffer.from((process.env.BAZDID_WEBHOOK_SECRET ?? "").replace(/^whsec_/, ""), "base64");
if (key.length === 0) {
  console.error("set BAZDID_WEBHOOK_SECRET to the secret of the webhook");
  process.exit(2);
}

// The newest `seq` of each ticket, and the ids that were taken: in a real receiver both stand in its database.
const newest = new Map();
const taken = new Set();

function isGenuine(headers, body) {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`] ?? "");
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_S)) return false;
  const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  // While a secret is being exchanged there are two signatures; one that fits is enough.
  return signatures.split(" ").some((signature) => {
    const [version, text] = signature.split(",");
    const found = Buffer.from(text ?? "", "base64");
    return version === "v1" && found.length === wanted.length && timingSafeEqual(found, wanted);
  });
}

function take(event) {
  // At least once means: now and then twice.
  if (taken.has(event.id)) return console.log(`again ${event.type} ${event.id}`);
  taken.add(event.id);
  // What was dead and is sent again comes after what happened later.
  const late = event.ticket !== null && event.seq < (newest.get(event.ticket) ?? 0);
  if (event.ticket !== null && !late) newest.set(event.ticket, event.seq);
  console.log(`${late ? "late " : ""}${event.type} ${event.ticket ?? ""} ${JSON.stringify(event.data)}`);
}

const server = createServer((request, response) => {
  const chunks = [];
  let bytes = 0;
  request.on("data", (chunk) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    if (!isGenuine(request.headers, body)) return response.writeHead(401).end();
    // Long work belongs behind the answer: after some seconds bazdid sends the event again.
    response.writeHead(204).end();
    take(JSON.parse(body));
  });
});
server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
