import { createTemporaryFolder } from "@portcullis/testing";
import type { BenchOptions } from "./bench-options.ts";
import { type HostileBody, hostileBodies } from "./hostile-bodies.ts";
import { createHttp1Load } from "./http1-load.ts";
import { type MeasuredServer, startMeasuredServer } from "./measured-server.ts";
import type { Measurement, Section } from "./report.ts";
import { spreadOf } from "./statistics.ts";
import { readTlsMaterial, type TlsPair } from "./tls-material.ts";
import { type Hold, longer } from "./watch-holds.ts";

const paths = { "/validate?timeout=10s": inAdmissionReview, "/image-review?timeout=30s": inImageReview };

/** How long a body that means harm keeps the webhook's event loop from everything else. */
export async function measureHostileBodies({ isSlice }: BenchOptions): Promise<Section> {
  const rounds = isSlice ? 3 : 7;
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await createTemporaryFolder());
  const tls = (await readTlsMaterial(folder.path)).apiServer;
  const server = await startMeasuredServer("webhook", [folder.path, "in-process", "with-holds"]);
  cleanup.defer(() => server.close());
  const measurements: Measurement[] = [];
  const worst = Array.from({ length: rounds }, () => ({ holdMs: 0, busyHoldMs: 0 }));
  for (const [path, wrap] of Object.entries(paths)) {
    for (const body of hostileBodies(wrap)) {
      const holds: Hold[] = [];
      await holdOf(body, { path, server, tls });
      for (const [round, before] of worst.entries()) {
        const hold = await holdOf(body, { path, server, tls });
        holds.push(hold);
        worst[round] = longer(before, hold);
      }
      measurements.push({
        name: `${path.split("?")[0]}: ${body.name}`,
        unit: "ms",
        spread: spreadOf(holds.map(({ busyHoldMs }) => busyHoldMs)),
      });
    }
  }
  return {
    name: "hostile",
    method: `bodies of up to 7 MiB, one at a time; the most that the main thread computes between two turns of its event loop; ${rounds} rounds after one to warm up`,
    measurements: [
      ...measurements,
      { name: "worst body of each round, wall clock", unit: "ms", spread: spreadOf(worst.map(({ holdMs }) => holdMs)) },
    ],
    bounds: [{ name: "worst body of each round", unit: "ms", spread: spreadOf(worst.map(({ busyHoldMs }) => busyHoldMs)), limit: 50 }],
  };
}

interface Target {
  readonly path: string;
  readonly server: MeasuredServer;
  readonly tls: TlsPair;
}

async function holdOf({ bytes, name }: HostileBody, { path, server, tls }: Target): Promise<Hold> {
  const bodies = { size: bytes.length, next: () => bytes };
  const load = createHttp1Load({ port: server.port, path, bodies, tls, concurrency: 1 });
  try {
    await server.usage();
    await load.run(1);
    const hold = await server.usage();
    const answer = load.firstAnswer();
    if (!answer.includes('"allowed"')) throw new Error(`"${name}" was answered ${answer.slice(0, 200)}`);
    return hold;
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
