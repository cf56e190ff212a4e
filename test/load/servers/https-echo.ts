// The lower floor: what Node needs to take a body over TLS with client certificates and send as much of it back as a verdict is long.
import { createSecureServer } from "node:http2";
import { createServer } from "node:https";
import type { Readable } from "node:stream";
import { readTlsMaterial } from "../tls-material.ts";
import { reportUsage } from "./report-usage.ts";

const verdictBytes = 240;
const [folder = "", protocol] = process.argv.slice(2);
const tls = { ...(await readTlsMaterial(folder)).server, requestCert: true, rejectUnauthorized: true };

function collect(request: Readable, onBody: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => onBody(Buffer.concat(chunks).subarray(0, verdictBytes)));
}

const server =
  protocol === "http2"
    ? createSecureServer(tls, (request, response) => {
        collect(request, (body) => {
          response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
          response.end(body);
        });
      })
    : createServer({ ...tls, keepAliveTimeout: 120_000 }, (request, response) => {
        collect(request, (body) => {
          response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
          response.end(body);
        });
      });

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  reportUsage(typeof address === "object" && address !== null ? address.port : 0, { withHolds: false });
});
