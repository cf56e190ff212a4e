import { createTemporaryFolder } from "@portcullis/testing";
import type { BenchOptions } from "./bench-options.ts";
import { createHttp1Load, type Load, type LoadOptions } from "./http1-load.ts";
import { createHttp2Load } from "./http2-load.ts";
import { type Contender, type Effort, interleave, type Rounds, ratioSpread } from "./interleave.ts";
import { type MeasuredServer, startMeasuredServer } from "./measured-server.ts";
import type { Bound, Measurement, Section } from "./report.ts";
import { admissionBodies, type BodySource, imageReviewBodies } from "./review-body.ts";
import { spreadOf } from "./statistics.ts";
import { readTlsMaterial } from "./tls-material.ts";

interface ReviewKind {
  readonly name: string;
  readonly protocol: "http1" | "http2";
  readonly path: string;
  readonly bodies: (distinct: boolean) => BodySource;
  readonly createLoad: (options: LoadOptions) => Load;
}

const floor = "Fastify echo";
const inProcess = "webhook, decision in process";
const frontEnd = "webhook before a decision process";

const limits = { inProcess: 1.8, frontEnd: 2.5 };
// On a machine that does other things at the same time, whoever touches more memory pays more, so that ratios grow. These limits
// still catch a mistake that costs half a review.
const guards: typeof limits = { inProcess: 3.2, frontEnd: 3.8 };

/** CPU of an AdmissionReview over HTTP/1.1, as kube-apiserver sends it to a Service. */
export function measureAdmission(options: BenchOptions): Promise<Section> {
  return measureReviews(
    { name: "admission", protocol: "http1", path: "/validate?timeout=10s", bodies: admissionBodies, createLoad: createHttp1Load },
    options,
  );
}

/** CPU of an ImageReview over HTTP/2, as kube-apiserver's image policy plugin sends it. */
export function measureImageReview(options: BenchOptions): Promise<Section> {
  return measureReviews(
    { name: "image-review", protocol: "http2", path: "/image-review?timeout=30s", bodies: imageReviewBodies, createLoad: createHttp2Load },
    options,
  );
}

async function measureReviews(kind: ReviewKind, { isSlice }: BenchOptions): Promise<Section> {
  const effort: Effort = isSlice ? { rounds: 15, reviews: 1_000, warmUp: 4_000 } : { rounds: 41, reviews: 1_500, warmUp: 12_000 };
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await createTemporaryFolder());
  const tls = (await readTlsMaterial(folder.path)).apiServer;
  const start = async (script: string, ...args: string[]): Promise<MeasuredServer> => {
    const server = await startMeasuredServer(script, [folder.path, ...args]);
    cleanup.defer(() => server.close());
    return server;
  };
  const contender = (name: string, server: MeasuredServer, distinct = true): Contender => {
    const load = kind.createLoad({ port: server.port, path: kind.path, bodies: kind.bodies(distinct), tls, concurrency: 16 });
    cleanup.defer(() => load.close());
    return { name, server, load };
  };

  const decision = await start("decision");
  const standalone = await start("webhook");
  const contenders = [
    contender("node echo", await start("https-echo", kind.protocol)),
    contender(floor, await start("fastify-echo")),
    contender("Fastify echo, JSON parsed and written", await start("fastify-echo", "json")),
    contender(inProcess, standalone),
    contender(`${inProcess}, 64 reviews repeated`, standalone, false),
    contender(frontEnd, await start("webhook", String(decision.port))),
  ];
  const before = await decision.usage();
  const rounds = await interleave(contenders, effort);
  const after = await decision.usage();
  for (const { name, load } of contenders) assertAllowed(name, load.firstAnswer());
  const decisionMicros = (after.cpuMicros - before.cpuMicros) / (effort.warmUp + effort.rounds * effort.reviews);
  return toSection(kind, rounds, { decisionMicros, effort, limits: isSlice ? guards : limits });
}

function toSection(
  kind: ReviewKind,
  rounds: readonly Rounds[],
  { decisionMicros, effort, limits }: { readonly decisionMicros: number; readonly effort: Effort; readonly limits: typeof guards },
): Section {
  const measurements: Measurement[] = rounds.flatMap(({ name, cpuMicros, perSecond }) => [
    { name, unit: "µs CPU per review", spread: spreadOf(cpuMicros) },
    { name, unit: "reviews/s", spread: spreadOf(perSecond) },
  ]);
  measurements.push({ name: "decision process", unit: "µs CPU per review", spread: spreadOf([decisionMicros]) });
  const bound = (name: string, limit: number, aim: number): Bound => ({
    name,
    unit: `x CPU of the ${floor}`,
    spread: ratioSpread(named(rounds, name), named(rounds, floor)),
    limit,
    aim,
  });
  return {
    name: kind.name,
    method: `${kind.bodies(true).size} bytes over ${kind.protocol === "http1" ? "HTTP/1.1" : "HTTP/2"} with client certificates, 16 at a time, no two reviews alike unless said; ${effort.rounds} interleaved rounds of ${effort.reviews}`,
    measurements,
    bounds: [bound(inProcess, limits.inProcess, 1.25), bound(frontEnd, limits.frontEnd, 2)],
  };
}

function named(rounds: readonly Rounds[], name: string): Rounds {
  const found = rounds.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`"${name}" was not measured`);
  return found;
}

// An echo sends the review back, which says nothing; whatever decides must have said yes.
function assertAllowed(name: string, answer: string): void {
  if (name.includes("webhook") && !answer.includes('"allowed":true')) throw new Error(`"${name}" answered ${answer.slice(0, 300)}`);
}
