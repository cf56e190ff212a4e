import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type DevelopmentPki, ensureDevelopmentPki } from "@portcullis/pki";
import { createTemporaryFolder, type LaunchedProcess, launchProcess, type TemporaryFolder } from "@portcullis/testing";
import type { WebhookCredentials } from "./admission-files.ts";
import { startBalancer } from "./balancer.ts";

/** What an API server asks about: one counter per path. */
type ReviewPath = "image-review" | "validate";

/** Front-ends behind one address, and the policies that decide. */
export interface Portcullis {
  readonly imageReviewUrl: string;
  readonly validateUrl: string;
  /** What an API server shows and trusts. */
  readonly credentials: WebhookCredentials;
  /** Writes the policies; running processes take them up. */
  writePolicies(text: string): Promise<void>;
  /** Reviews answered with a verdict on a path, by all front-ends together, as their metrics say. */
  countReviews(path: ReviewPath): Promise<number>;
  /** SIGKILL to every front-end. */
  killAll(): Promise<void>;
  stop(): Promise<void>;
}

/** A process that answers API servers. */
export interface FrontEnd {
  readonly process: LaunchedProcess;
  readonly port: number;
  readonly adminUrl: string;
}

/** A folder with the policies in `policies/` and certificates in `pki/`, made before any process starts, so that all show the same. */
export interface Ground {
  readonly folder: TemporaryFolder;
  readonly policies: string;
  readonly pki: DevelopmentPki;
}

/** Replicas of `portcullis serve`, each everything in one process. Resolves once all are ready. */
export async function startStandalone(policies: string, replicaCount = 2): Promise<Portcullis> {
  const ground = await prepareGround(policies);
  return behindOneAddress(ground, await Promise.all(Array.from({ length: replicaCount }, () => startReplica(ground.folder.path))));
}

export async function prepareGround(policies: string): Promise<Ground> {
  const folder = await createTemporaryFolder();
  const file = await folder.write("policies/policies.yaml", policies);
  return { folder, policies: file, pki: await ensureDevelopmentPki(join(folder.path, "pki")) };
}

/** Puts front-ends behind one address. `stop` ends them and removes the folder. */
export async function behindOneAddress({ folder, policies, pki }: Ground, frontEnds: readonly FrontEnd[]): Promise<Portcullis> {
  const balancer = await startBalancer(frontEnds.map(({ port }) => port));
  const url = `https://127.0.0.1:${balancer.port}`;
  return {
    imageReviewUrl: `${url}/image-review`,
    validateUrl: `${url}/validate`,
    credentials: { caFile: pki.caFile, ...pki.apiServerClient },
    writePolicies: (text) => writeFile(policies, text),
    async countReviews(path) {
      const counts = await Promise.all(frontEnds.map(({ adminUrl }) => countedReviews(adminUrl, path)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async killAll() {
      for (const frontEnd of frontEnds) frontEnd.process.signal("SIGKILL");
      await Promise.all(frontEnds.map((frontEnd) => frontEnd.process.ended()));
    },
    async stop() {
      await balancer.close();
      await Promise.all(frontEnds.map((frontEnd) => frontEnd.process.stop()));
      await folder.remove();
    },
  };
}

/** Starts the program of a service (`services/…/src/main.ts`) itself: SIGKILL to a launcher before it would leave it running. */
export function launchService(service: "cli" | "decision" | "webhook", args: readonly string[]): Promise<LaunchedProcess> {
  const main = resolve(import.meta.dirname, `../../services/${service}/src/main.ts`);
  return launchProcess({
    // A variable of these tests is no setting of Portcullis, which refuses those it does not know.
    command: "env",
    args: ["-u", "PORTCULLIS_E2E_CACHE", process.execPath, "--conditions=source", main, ...args],
  });
}

/** What `serve --output json` prints once it is ready. */
interface Announcement {
  readonly webhook: { readonly url: string };
  readonly admin: { readonly url: string };
}

async function startReplica(folder: string): Promise<FrontEnd> {
  const ports = ["--webhook-port", "0", "--decision-port", "0", "--admin-port", "0"];
  const folders = ["--policies", join(folder, "policies"), "--data-dir", join(folder, "pki")];
  const started = await launchService("cli", ["serve", ...folders, ...ports, "--output", "json"]);
  const [line] = await started.line(/^\{"ready":true.*/);
  const announcement: Announcement = JSON.parse(line);
  return { process: started, port: Number(new URL(announcement.webhook.url).port), adminUrl: announcement.admin.url };
}

async function countedReviews(adminUrl: string, path: ReviewPath): Promise<number> {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const lines = metrics.matchAll(/^portcullis_webhook_reviews_total\{([^}]*)\} (\d+)$/gm);
  return [...lines].reduce((sum, [, labels, count]) => (labels?.includes(`path="${path}"`) === true ? sum + Number(count) : sum), 0);
}
