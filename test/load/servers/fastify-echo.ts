// The floor our own cost is judged by: Fastify as the webhook uses it, which takes a body and sends as much of it back as a verdict is
// long. Sending all of it would make the floor dearer than what it is compared with.
import fastify from "fastify";
import { readTlsMaterial } from "../tls-material.ts";
import { reportUsage } from "./report-usage.ts";

const verdictBytes = 240;
const [folder = "", parsing] = process.argv.slice(2);
const tls = { ...(await readTlsMaterial(folder)).server, requestCert: true, rejectUnauthorized: true };

const https = { ...tls, allowHTTP1: true, keepAliveTimeout: 120_000 } as const;
const app = fastify({
  http2: true,
  https,
  logger: false,
  bodyLimit: 7 * 1024 * 1024,
});
// `json`: Fastify's own parser and serialiser. Otherwise the body stays the bytes that came.
if (parsing !== "json") {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}
app.post("/*", (request, reply) => {
  const { body } = request;
  return reply.header("content-type", "application/json").send(Buffer.isBuffer(body) ? body.subarray(0, verdictBytes) : body);
});

const address = await app.listen({ host: "127.0.0.1", port: 0 });
reportUsage(Number(new URL(address).port), { withHolds: false });
