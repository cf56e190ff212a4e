import { createHash } from "node:crypto";
import {
  type ChainPosition,
  nextManifest,
  noteStatus,
  type PublishedRevision,
  readRevisions,
  rolloutOf,
  signEnvelope,
  startRollout,
} from "@portcullis/policy-bus";
import type { HistoryEvent, ReplicaSetting } from "../history/history-event.ts";
import { createLifeReplica, type LifeReplica } from "./life-replica.ts";
import { anchors, createLifeWorld, type LifeWorld, nextKey, type PublishRequest, strangerKey, trustedKey } from "./life-world.ts";

const settings: readonly ReplicaSetting[] = [
  { replica: "blue-1", cluster: "blue", staleAfterMs: 6_000, ceilingMs: 20_000, whenExpired: "defer" },
  { replica: "blue-2", cluster: "blue", staleAfterMs: 6_000, ceilingMs: 20_000, whenExpired: "deny" },
  { replica: "green-1", cluster: "green", staleAfterMs: 6_000, ceilingMs: null, whenExpired: "serve" },
];

interface Life {
  readonly world: LifeWorld;
  readonly replicas: readonly [LifeReplica, LifeReplica, LifeReplica];
  publish(request?: PublishRequest): Promise<PublishedRevision>;
  /** Everybody reads the log, reports, and is asked. */
  round(): Promise<void>;
}

/** Three replicas live through every kind of fault once, in a fixed order. Resolves with the history. */
export async function liveThroughFaults(): Promise<readonly HistoryEvent[]> {
  const life = await begin();
  for (const chapter of [
    followRevisions,
    loseTheBus,
    loseNotifications,
    missABundle,
    loseAnAnswer,
    refuseAndLeaveOut,
    applySlowly,
    meetStrangers,
    hearLies,
    restoreAnOldCopy,
    restoreAnOldDisk,
    loseARevision,
    meetAFork,
    rotateKeys,
  ]) {
    await chapter(life);
    await life.round();
  }
  await life.world.pass(15_000);
  await life.round();
  return life.world.events;
}

async function begin(): Promise<Life> {
  const world = createLifeWorld(settings);
  const [blue1, blue2, green1] = settings.map((setting) => createLifeReplica(world, setting));
  if (blue1 === undefined || blue2 === undefined || green1 === undefined) throw new Error("there are three settings");
  const replicas = [blue1, blue2, green1] as const;
  async function round(): Promise<void> {
    for (const replica of replicas) {
      await replica.sync();
      replica.report();
      await replica.probe();
    }
  }
  async function publish(request: PublishRequest = {}): Promise<PublishedRevision> {
    const outcome = await world.publish(request);
    if (outcome.outcome !== "published") throw new Error(`it was not published: ${outcome.outcome}`);
    return outcome.revision;
  }
  await publish();
  for (const replica of replicas) await replica.start();
  return { world, replicas, publish, round };
}

async function followRevisions({ publish, round, replicas: [blue] }: Life): Promise<void> {
  for (let count = 0; count < 4; count++) {
    const { token } = await publish();
    await round();
    await blue.probe({ kind: "at-least", token });
    await blue.probe({ kind: "exactly", token });
    await blue.probe({ kind: "fully-consistent" });
  }
}

/** Two revisions are missed; the time of day is set back meanwhile, and the ceiling passes. */
async function loseTheBus({ world, publish, replicas: [blue1, blue2] }: Life): Promise<void> {
  const cut = world.cut("blue-1", "blue-2");
  await publish();
  const { token } = await publish();
  blue1.wallOffsetMs -= 3_600_000;
  for (const ms of [3_000, 5_000, 9_000, 5_000]) {
    await world.pass(ms);
    for (const replica of [blue1, blue2]) await replica.probe();
    await blue1.probe({ kind: "at-least", token });
  }
  world.heal(cut);
}

/** Nobody is told of a revision, and everybody has it in time. */
async function loseNotifications({ world, publish }: Life): Promise<void> {
  world.loseNotifications(true);
  await publish();
  await world.pass(12_000);
  world.loseNotifications(false);
}

/** A revision is there before its bundle is. */
async function missABundle({ world, publish, round }: Life): Promise<void> {
  world.hideBundles(true);
  await publish({ padding: 20_000 });
  await round();
  world.hideBundles(false);
}

/** A revision is written, and its publisher does not hear so. */
async function loseAnAnswer({ world }: Life): Promise<void> {
  const { outcome } = await world.publish({ isAnswerLost: true });
  if (outcome === "published") throw new Error("the answer was not lost");
}

/** One revision is for others, and one is poison. */
async function refuseAndLeaveOut({ publish, round }: Life): Promise<void> {
  await publish({ audience: ["green"] });
  await publish({ poison: "syntax" });
  await round();
  await publish();
}

/** A revision is verified, and takes its time to be put in force; meanwhile its rollout is followed, by all reports and without one. */
async function applySlowly({ world, publish, replicas }: Life): Promise<void> {
  const [blue, slow, green] = replicas;
  slow.holdApplies(true);
  const { token, manifest } = await publish();
  const target = { token, audience: manifest.audience };
  await world.pass(500);
  for (const reporting of [[blue, green], replicas]) {
    await followRollout(world, reporting, target);
    await slow.probe();
  }
  slow.holdApplies(false);
  await slow.sync();
  await followRollout(world, replicas, target);
}

type Target = Pick<Parameters<typeof startRollout>[0], "token" | "audience">;

async function followRollout(world: LifeWorld, replicas: readonly LifeReplica[], target: Target): Promise<void> {
  const now = world.clock.now();
  const expected = settings.map(({ cluster, replica }) => ({ cluster, replica }));
  const rollout = replicas.reduce(
    (heard, replica) => noteStatus(heard, replica.report(), world.clock.now()),
    startRollout({ ...target, publishedAtMs: now, expected }),
  );
  const { outcome, inForceAtMs } = rolloutOf(rollout, world.clock.now());
  const { epoch, revision } = target.token;
  world.note({
    kind: "rollout",
    at: world.clock.now(),
    epoch,
    revision,
    audience: target.audience,
    outcome,
    inForceAt: inForceAtMs ?? null,
  });
}

/** Entries that are signed by a stranger, and by nobody, stand where the next revision will. */
async function meetStrangers({ world, publish, round }: Life): Promise<void> {
  const { chain } = await readRevisions(world.log(), anchors);
  for (const isSigned of [true, false]) {
    const { bytes, digest } = await world.nextBundle();
    const envelope = signEnvelope(nextManifest(chain, draft(digest, bytes.length)), [strangerKey]);
    if (isSigned) await world.write(envelope, bytes);
    else await world.write(withoutSignatures(envelope), bytes, { signedBy: [] });
    await round();
  }
  await publish();
}

/** What comes next is told before it is written: its envelope as it is, and with it another bundle, or none. */
async function hearLies({ world, round }: Life): Promise<void> {
  const { chain, lastPosition } = await readRevisions(world.log(), anchors);
  const { bytes, digest } = await world.nextBundle();
  const envelope = signEnvelope(nextManifest(chain, draft(digest, bytes.length)), [trustedKey]);
  for (const bundle of [Buffer.from("forged"), undefined]) {
    world.lie({ position: lastPosition + 1, envelope, bundle });
    await world.pass(250);
  }
  await round();
  await world.write(envelope, bytes);
  await round();
}

function draft(digest: string, sizeBytes: number) {
  const publishedAt = "2026-01-02T03:04:05.678Z";
  return { bundle: { digest, sizeBytes, inline: true }, audience: ["*"], publishedAt, publisher: "scripted life" };
}

function withoutSignatures(envelope: Buffer): Buffer {
  return Buffer.from(JSON.stringify({ ...JSON.parse(envelope.toString("utf8")), signatures: [] }));
}

/** The log goes back to what it was some revisions ago, and is continued by a new epoch. */
async function restoreAnOldCopy({ world, publish, round }: Life): Promise<void> {
  const newest = await publish();
  await round();
  await world.replaceLog(4, { epoch: 1, revision: 4 });
  await round();
  await publish({ continues: positionOf(newest) });
}

function positionOf({ token: { epoch, revision }, digest }: PublishedRevision): ChainPosition {
  return { epoch, revision, digest };
}

/** A backup brings back the stored revision as it was before the newest, while the log cannot be reached. */
async function restoreAnOldDisk({ world, publish, round, replicas: [blue] }: Life): Promise<void> {
  await round();
  const old = blue.disk.get("revision");
  await publish();
  await round();
  await blue.stop();
  if (old !== undefined) blue.disk.set("revision", old);
  const cut = world.cut("blue-1");
  await blue.start();
  // It may serve what it stored, whatever that is, if its cluster let it start cold: it is asked as one that does.
  await blue.probe();
  world.heal(cut);
}

/** The revision after the newest is signed, and never gets into the log; the one after it does. */
async function loseARevision({ world, publish, round }: Life): Promise<void> {
  const { chain } = await readRevisions(world.log(), anchors);
  const lost = await world.nextBundle();
  const skipped = nextManifest(chain, draft(lost.digest, lost.bytes.length));
  const after = await world.nextBundle();
  const signed = signEnvelope(skipped, [trustedKey]);
  const payload = Buffer.from(String(JSON.parse(signed.toString("utf8")).payload), "base64");
  const head = { epoch: skipped.epoch, revision: skipped.revision, digest: `sha256:${createHash("sha256").update(payload).digest("hex")}` };
  const envelope = signEnvelope(nextManifest({ ...chain, head }, draft(after.digest, after.bytes.length)), [trustedKey]);
  await world.write(envelope, after.bytes);
  await round();
  if (chain.head === undefined) throw new Error("there is no revision to continue");
  await publish({ continues: chain.head });
}

/** The newest revision is lost with the end of the log, and a thief of the key signs another one of its number, and the one after it. */
async function meetAFork({ world, publish, round }: Life): Promise<void> {
  const before = await readRevisions(world.log(), anchors);
  const newest = await publish();
  await round();
  const { epoch, revision } = before.chain.head ?? { epoch: 1, revision: 0 };
  await world.replaceLog(before.lastPosition, { epoch, revision });
  let { chain } = before;
  for (let count = 0; count < 2; count++) {
    const { bytes, digest } = await world.nextBundle();
    await world.write(signEnvelope(nextManifest(chain, draft(digest, bytes.length)), [trustedKey]), bytes);
    chain = (await readRevisions(world.log(), anchors)).chain;
    await round();
  }
  await publish({ continues: positionOf(newest) });
}

/** After a rotation the key that was rotated away signs once more. */
async function rotateKeys({ world, publish, round }: Life): Promise<void> {
  await publish({ nextKeys: [nextKey.entry] });
  await publish({ keys: [nextKey] });
  await round();
  const { chain } = await readRevisions(world.log(), anchors);
  const { bytes, digest } = await world.nextBundle();
  await world.write(signEnvelope(nextManifest(chain, draft(digest, bytes.length)), [trustedKey]), bytes);
  await round();
  await publish({ keys: [nextKey] });
}
