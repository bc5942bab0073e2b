// Receives webhooks and says of each whether the library of Standard Webhooks takes it, and what it says. One line of JSON each.
//
//   node receive.js SECRET [SECRET_BEFORE]

const { createServer } = require("node:http");
const { Webhook } = require("standardwebhooks");

const secrets = process.argv.slice(2);

function verify(secret, body, headers) {
  try {
    return { event: new Webhook(secret).verify(body, headers) };
  } catch (error) {
    return { refused: error.message };
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    const found = secrets.map((secret) => verify(secret, body, request.headers));
    const changed = verify(secrets[0], body.replace('"seq":', '"seq": '), request.headers);
    response.writeHead(204).end();
    console.log(JSON.stringify({ found, changed }));
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
