import { createHash } from "node:crypto";
import type { RevisionToken } from "@portcullis/policy";
import {
  type ChainPosition,
  encodeBundle,
  type NatsRevisionLog,
  type NewEpochRequest,
  type PublicKeyEntry,
  readRevisions,
  type SigningKey,
  type TrustAnchors,
} from "@portcullis/policy-bus";
import { type BundleRecipe, bundleOf } from "../history/bundle-recipe.ts";
import type { PublishEvent } from "../history/history-event.ts";
import { toEntryEvent } from "../history/to-entry-event.ts";
import { type BusServers, entriesOf } from "./bus-servers.ts";
import type { ControlProcess } from "./control-process.ts";
import type { FrontEndProcess } from "./front-end-process.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import type { ReplicaProcess } from "./replica-process.ts";

export interface KeyFile {
  readonly key: SigningKey;
  readonly file: string;
}

/** What faults are done to, and what notes them. */
export interface FaultParts {
  readonly observer: Observer;
  readonly random: Random;
  readonly bus: BusServers;
  /** The observer's own, past every proxy. */
  readonly log: NatsRevisionLog;
  readonly anchors: TrustAnchors;
  readonly replicas: readonly ReplicaProcess[];
  /** A webhook of the replicas' first cluster. */
  readonly frontEnd: FrontEndProcess;
  readonly control: ControlProcess;
  /** The first signs, until a rotation. */
  readonly keys: readonly [KeyFile, ...KeyFile[]];
  readonly stranger: KeyFile["key"];
  /** Faults last as short as they may. */
  readonly isShort: boolean;
}

export interface PublishWish {
  readonly poison?: BundleRecipe["poison"];
  readonly padding?: number;
  readonly audience?: readonly string[];
  readonly nextKeys?: readonly PublicKeyEntry[];
  readonly newEpoch?: NewEpochRequest;
  /** Ids of the files to sign with. Default: the key in force. */
  readonly keyFiles?: readonly string[];
  readonly timeoutMs?: number;
}

export interface FaultWorld extends FaultParts {
  /** Publishes one revision at a time, and notes what was said to become of it. */
  publish(wish?: PublishWish): Promise<PublishEvent>;
  /** Publishes until it is acknowledged. Rejects where it is refused. */
  publishSurely(wish?: PublishWish): Promise<PublishEvent>;
  /** The newest that was acknowledged or read, with its digest. */
  newest(): ChainPosition | undefined;
  published(): readonly RevisionToken[];
  /** How long something lasts, in milliseconds. */
  lasting(leastMs: number, mostMs: number): number;
  /** Begins a fault; returns its number. */
  begin(name: string, cut?: readonly ReplicaProcess[]): number;
  heal(fault: number): void;
  /** Notes every entry of the log that was not noted yet. */
  noteEntries(): Promise<void>;
  /** A bundle that no other equals. */
  nextBundle(recipe?: Partial<BundleRecipe>): Promise<{ readonly recipe: BundleRecipe; readonly bytes: Buffer; readonly digest: string }>;
  /** The key that signs from now on. */
  signer(): KeyFile;
  useKey(key: KeyFile): void;
  /** While true, nothing is published but by faults themselves. */
  isQuiet: boolean;
}

const publishMs = 8_000;

export function createFaultWorld(parts: FaultParts): FaultWorld {
  const { observer, random, log, anchors, control, keys, stranger, isShort } = parts;
  const recipes = new Map<string, BundleRecipe>();
  const known = new Set<string>();
  const published: RevisionToken[] = [];
  const writers = { keys: [...keys.map(({ key }) => key.entry), stranger.entry], recipes };
  let signer = keys[0];
  let number = 0;
  let faults = 0;
  let newest: ChainPosition | undefined;
  let publishing: Promise<unknown> = Promise.resolve();

  async function nextBundle({ poison = null, padding = 0 }: Partial<BundleRecipe> = {}) {
    number += 1;
    const recipe = { number, poison, padding };
    const bytes = await encodeBundle(bundleOf(recipe));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    recipes.set(digest, recipe);
    return { recipe, bytes, digest };
  }

  async function publishNow({ audience = ["*"], keyFiles, nextKeys, newEpoch, timeoutMs = publishMs, ...wanted }: PublishWish) {
    const { recipe } = await nextBundle(wanted);
    const beganAt = observer.now();
    const request = { recipe, audience, keyFiles: keyFiles ?? [signer.file], timeoutMs };
    const { outcome, position, digest, why } = await control.publish({
      ...request,
      ...(nextKeys !== undefined && { nextKeys }),
      ...(newEpoch !== undefined && { newEpoch }),
    });
    const at = observer.now();
    const place = position === null ? null : { epoch: position.epoch, revision: position.revision };
    const event: PublishEvent = { kind: "publish", beganAt, at, recipe, audience, outcome, position: place, digest };
    observer.note(event);
    if (outcome === "published" && place !== null && digest !== null) {
      published.push({ lineage: anchors.lineage, ...place });
      newest = { ...place, digest };
    }
    return { event, why };
  }

  /** One at a time: whoever publishes beside another would only lose to it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = publishing.then(work);
    publishing = done.catch(() => undefined);
    return done;
  }

  const world: FaultWorld = {
    ...parts,
    nextBundle,
    isQuiet: false,
    publish: (wish = {}) => inTurn(async () => (await publishNow(wish)).event),
    publishSurely: (wish = {}) =>
      inTurn(async () => {
        for (;;) {
          const { event, why } = await publishNow(wish);
          if (event.outcome === "published") return event;
          if (event.outcome === "refused") throw new Error(`publishing was refused: ${why ?? ""}`);
        }
      }),
    newest: () => newest,
    lasting: (leastMs, mostMs) => (isShort ? leastMs : random.between(leastMs, mostMs)),
    published: () => published,
    begin(name, cut = []) {
      faults += 1;
      observer.note({ kind: "fault", at: observer.now(), id: faults, name, cut: cut.map(({ setting }) => setting.replica) });
      return faults;
    },
    heal: (id) => observer.note({ kind: "healed", at: observer.now(), id }),
    async noteEntries() {
      for (const { envelope } of await entriesOf(log)) {
        const event = toEntryEvent(observer.now(), envelope, writers);
        if (event === undefined || known.has(event.digest)) continue;
        known.add(event.digest);
        observer.note(event);
      }
      const { head } = (await readRevisions(log, anchors)).chain;
      if (head !== undefined) newest = head;
    },
    signer: () => signer,
    useKey(key) {
      signer = key;
    },
  };
  return world;
}
