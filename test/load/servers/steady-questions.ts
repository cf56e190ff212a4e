// Asks a decision service so many questions a second over one stream, whatever becomes of the answers, and tells how long they took.
import { readFile } from "node:fs/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { aWorkload } from "@portcullis/testing";
import { type DecideItem, type DecideStreamResponse, DecisionServiceService, toWorkloadMessage } from "@portcullis/wire";
import { type AskedWindow, summarise } from "../asked-window.ts";

const [port = "", perSecond = "", caFile = "", certFile = "", keyFile = ""] = process.argv.slice(2);
const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map((file) => readFile(file)));
const client = new Client(`127.0.0.1:${port}`, credentials.createSsl(ca ?? null, key, cert), {
  "grpc.ssl_target_name_override": "localhost",
});
const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decideStream;
const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);

interface Asked {
  readonly dueMs: number;
  readonly sentMs: number;
}

const unanswered = new Map<number, Asked>();
let answered: number[] = [];
let sinceDue: number[] = [];
let refused: string[] = [];
let revision = 0;
let sent = 0;
const startedMs = performance.now();

function ask(): void {
  const now = performance.now();
  const due = Math.floor(((now - startedMs) * Number(perSecond)) / 1_000);
  const items: DecideItem[] = [];
  for (; sent < due; sent++) {
    unanswered.set(sent, { dueMs: startedMs + (sent * 1_000) / Number(perSecond), sentMs: now });
    items.push(questionOf(sent));
  }
  if (items.length > 0) call.write({ items });
}

/** No two are alike, so that no verdict comes from a cache. */
function questionOf(id: number): DecideItem {
  const images = ["web", "api", "log"].map((name) => `registry.example/shop/${name}:${id}`);
  const workload = toWorkloadMessage(aWorkload({ images, cluster: "blue" }));
  return { id, workload, traceparent: "", timeoutMs: 10_000, atLeast: undefined, consistency: undefined };
}

function receive({ answers }: DecideStreamResponse): void {
  const now = performance.now();
  for (const { id, response } of answers) {
    const asked = unanswered.get(id);
    if (asked === undefined) continue;
    unanswered.delete(id);
    answered.push(now - asked.sentMs);
    sinceDue.push(now - asked.dueMs);
    if (response?.outcome?.$case !== "allow") refused.push(JSON.stringify(response?.outcome));
    const servedAt = Number(response?.servedAt?.revision ?? 0);
    if (servedAt <= revision) continue;
    revision = servedAt;
    process.send?.({ applied: revision });
  }
}

function takeWindow(): AskedWindow {
  const [firstRefusal] = refused;
  const window = {
    answered: summarise(answered),
    sinceDue: summarise(sinceDue),
    refused: refused.length,
    firstRefusal,
    unanswered: unanswered.size,
  };
  answered = [];
  sinceDue = [];
  refused = [];
  return window;
}

call.on("data", receive);
call.on("error", (error) => {
  throw error;
});
setInterval(ask, 1);
process.on("message", () => process.send?.({ window: takeWindow() }));
process.on("disconnect", () => process.exit(0));
process.send?.("asking");
