import { createTemporaryFolder } from "@portcullis/testing";
import type { BenchOptions } from "./bench-options.ts";
import { type HostileBody, hostileBodies } from "./hostile-bodies.ts";
import { createHttp1Load } from "./http1-load.ts";
import { type MeasuredServer, startMeasuredServer } from "./measured-server.ts";
import type { Bound, Measurement, Section } from "./report.ts";
import { spreadOf } from "./statistics.ts";
import { readTlsMaterial, type TlsPair } from "./tls-material.ts";
import { type Hold, longer } from "./watch-holds.ts";

const paths = { "/validate?timeout=10s": inAdmissionReview, "/image-review?timeout=30s": inImageReview };

/** Bodies of one size, some at a time. */
interface Burst {
  readonly name: string;
  readonly bytes: number;
  readonly together: number;
}

const bursts: readonly Burst[] = [
  { name: "7 MiB", bytes: 7 * 1024 * 1024, together: 1 },
  { name: "8 x 7 MiB", bytes: 7 * 1024 * 1024, together: 8 },
  // Just below what a thread reads, and as many as go through each step together where they are small.
  { name: "32 x 255 KiB", bytes: 255 * 1024, together: 32 },
];

/** How long bodies that mean harm keep the webhook's event loop from everything else. */
export async function measureHostileBodies({ isSlice }: BenchOptions): Promise<Section> {
  const rounds = isSlice ? 2 : 7;
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await createTemporaryFolder());
  const tls = (await readTlsMaterial(folder.path)).apiServer;
  const server = await startMeasuredServer("webhook", [folder.path, "in-process", "with-holds"]);
  cleanup.defer(() => server.close());
  const measurements: Measurement[] = [];
  const bounds: Bound[] = [];
  for (const burst of bursts) {
    // Sending gigabytes is what takes the time: the slice does that for one path.
    const asked = Object.entries(paths).slice(0, isSlice && burst.together > 1 ? 1 : undefined);
    const measured = await measureBurst(burst, { server, tls, rounds, asked });
    measurements.push(...measured.measurements);
    bounds.push(measured.bound);
  }
  return {
    name: "hostile",
    method: `bodies of up to 7 MiB, one at a time, and bursts of 32 of 255 KiB; the most that the main thread computes between two turns of its event loop; ${rounds} rounds after one to warm up`,
    measurements,
    bounds,
  };
}

interface Target {
  readonly server: MeasuredServer;
  readonly tls: TlsPair;
  readonly rounds: number;
  /** Paths, and how an object is wrapped for each. */
  readonly asked: readonly (readonly [string, (object: string) => string])[];
}

async function measureBurst(
  burst: Burst,
  target: Target,
): Promise<{ readonly measurements: readonly Measurement[]; readonly bound: Bound }> {
  const measurements: Measurement[] = [];
  const worst = Array.from({ length: target.rounds }, () => ({ holdMs: 0, busyHoldMs: 0 }));
  for (const [path, wrap] of target.asked) {
    for (const body of hostileBodies(wrap, burst.bytes)) {
      const holds = await holdsOf(body, path, burst, target);
      for (const [round, hold] of holds.entries()) worst[round] = longer(hold, worst[round] ?? hold);
      const name = `${path.split("?")[0]}, ${burst.name}: ${body.name}`;
      measurements.push({ name, unit: "ms", spread: spreadOf(holds.map(({ busyHoldMs }) => busyHoldMs)) });
    }
  }
  const name = `worst of each round, ${burst.name}`;
  measurements.push({ name: `${name}, wall clock`, unit: "ms", spread: spreadOf(worst.map(({ holdMs }) => holdMs)) });
  return { measurements, bound: { name, unit: "ms", spread: spreadOf(worst.map(({ busyHoldMs }) => busyHoldMs)), limit: 50 } };
}

/** The connections are opened by the round that warms up: handshakes are not what is measured. */
async function holdsOf({ bytes, name }: HostileBody, path: string, { together }: Burst, target: Target): Promise<readonly Hold[]> {
  const { server, tls, rounds } = target;
  const bodies = { size: bytes.length, next: () => bytes };
  const load = createHttp1Load({ port: server.port, path, bodies, tls, concurrency: together });
  const holds: Hold[] = [];
  try {
    await load.run(together);
    for (let round = 0; round < rounds; round++) {
      await server.usage();
      await load.run(together);
      holds.push(await server.usage());
    }
    const answer = load.firstAnswer();
    if (!answer.includes('"allowed"')) throw new Error(`"${name}" was answered ${answer.slice(0, 200)}`);
    return holds;
  } finally {
    load.close();
  }
}

function inAdmissionReview(object: string): string {
  return `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE","namespace":"default","object":${object}}}`;
}

function inImageReview(object: string): string {
  return `{"kind":"ImageReview","apiVersion":"imagepolicy.k8s.io/v1alpha1","spec":${object.replace(/^\{"apiVersion".*?"spec":\{/, "{")}`;
}
