import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ensureDevelopmentPki } from "@portcullis/pki";
import { createTemporaryFolder, type LaunchedProcess, launchProcess } from "@portcullis/testing";
import type { WebhookCredentials } from "./admission-files.ts";
import { startBalancer } from "./balancer.ts";

// The program itself, not the launcher before it: SIGKILL to a launcher would leave the program running.
const program = ["--conditions=source", resolve(import.meta.dirname, "../../services/cli/src/main.ts")];

/** What an API server asks about: one counter per path. */
type ReviewPath = "image-review" | "validate";

/** Replicas of `portcullis serve` behind one address, which follow one folder of policies. */
export interface Portcullis {
  readonly imageReviewUrl: string;
  readonly validateUrl: string;
  /** What an API server shows and trusts. */
  readonly credentials: WebhookCredentials;
  /** Writes the policies; running replicas take them up. */
  writePolicies(text: string): Promise<void>;
  /** Reviews answered with a verdict on a path, by all replicas together, as their metrics say. */
  countReviews(path: ReviewPath): Promise<number>;
  /** SIGKILL to every replica. */
  killAll(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves once every replica is ready. */
export async function startPortcullis(policies: string, replicaCount = 2): Promise<Portcullis> {
  const folder = await createTemporaryFolder();
  const policyFile = await folder.write("policies/policies.yaml", policies);
  // Made before the replicas start, so that all of them show the same.
  const pki = await ensureDevelopmentPki(join(folder.path, "data"));
  const replicas = await Promise.all(Array.from({ length: replicaCount }, () => startReplica(folder.path)));
  const balancer = await startBalancer(replicas.map(({ port }) => port));
  const url = `https://127.0.0.1:${balancer.port}`;

  return {
    imageReviewUrl: `${url}/image-review`,
    validateUrl: `${url}/validate`,
    credentials: { caFile: pki.caFile, ...pki.apiServerClient },
    writePolicies: (text) => writeFile(policyFile, text),
    async countReviews(path) {
      const counts = await Promise.all(replicas.map(({ adminUrl }) => countedReviews(adminUrl, path)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async killAll() {
      for (const replica of replicas) replica.process.signal("SIGKILL");
      await Promise.all(replicas.map((replica) => replica.process.ended()));
    },
    async stop() {
      await balancer.close();
      await Promise.all(replicas.map((replica) => replica.process.stop()));
      await folder.remove();
    },
  };
}

interface Replica {
  readonly process: LaunchedProcess;
  readonly port: number;
  readonly adminUrl: string;
}

/** What `serve --output json` prints once it is ready. */
interface Announcement {
  readonly webhook: { readonly url: string };
  readonly admin: { readonly url: string };
}

async function startReplica(folder: string): Promise<Replica> {
  const ports = ["--webhook-port", "0", "--decision-port", "0", "--admin-port", "0"];
  const folders = ["--policies", join(folder, "policies"), "--data-dir", join(folder, "data")];
  const started = await launchProcess({
    // A variable of these tests is no setting of Portcullis, which refuses those it does not know.
    command: "env",
    args: ["-u", "PORTCULLIS_E2E_CACHE", process.execPath, ...program, "serve", ...folders, ...ports, "--output", "json"],
  });
  const [line] = await started.line(/^\{"ready":true.*/);
  const announcement: Announcement = JSON.parse(line);
  return { process: started, port: Number(new URL(announcement.webhook.url).port), adminUrl: announcement.admin.url };
}

async function countedReviews(adminUrl: string, path: ReviewPath): Promise<number> {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const lines = metrics.matchAll(/^portcullis_webhook_reviews_total\{([^}]*)\} (\d+)$/gm);
  return [...lines].reduce((sum, [, labels, count]) => (labels?.includes(`path="${path}"`) === true ? sum + Number(count) : sum), 0);
}
