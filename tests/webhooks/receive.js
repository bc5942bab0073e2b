// Receives webhooks and says of each whether the library of Standard Webhooks takes it, and what it says. One line of JSON each.
//
//   node receive.js          over plain HTTP
//   node receive.js --tls    with the certificate beside it, which nobody trusts who is not told to
//
// The secrets come as the first line of the input, a list in JSON, once the port is known.

const { readFileSync } = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const { createInterface } = require("node:readline");
const { Webhook } = require("standardwebhooks");

const isTls = process.argv[2] === "--tls";
let secrets = [];
createInterface({ input: process.stdin }).once("line", (line) => {
  secrets = JSON.parse(line);
  console.log(JSON.stringify({ secrets: secrets.length }));
});

function verify(secret, body, headers) {
  try {
    return { event: new Webhook(secret).verify(body, headers) };
  } catch (error) {
    return { refused: error.message };
  }
}

function receive(request, response) {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    const found = secrets.map((secret) => verify(secret, body, request.headers));
    const changed = verify(secrets[0], body.replace('"seq":', '"seq": '), request.headers);
    response.writeHead(204).end();
    console.log(JSON.stringify({ found, changed }));
  });
}

const pem = (name) => readFileSync(`${__dirname}/localhost.${name}.pem`);
const server = isTls ? https.createServer({ cert: pem("cert"), key: pem("key") }, receive) : http.createServer(receive);
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
