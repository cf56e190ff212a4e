import { setTimeout as pause } from "node:timers/promises";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { type LogEntry, planStreams, type RevisionLog } from "@portcullis/policy-bus";
import { type NatsProgram, type NatsServer, startNats, startNatsCluster } from "@portcullis/testing";

/** The servers of a run, and what an operator, or somebody with too many rights, can do to them. */
export interface BusServers extends AsyncDisposable {
  readonly servers: readonly NatsServer[];
  readonly urls: readonly string[];
  /** Copies of each stream. */
  readonly replicas: 1 | 3;
  /** The server that leads the policy stream; on a single server that one. */
  leader(): Promise<NatsServer>;
  /** Asks the JetStream API past the product. */
  ask(subject: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  /** Publishes past the product. */
  shout(subject: string, data: Uint8Array, sequence?: number): Promise<void>;
}

export const policyStream = planStreams("default").policy;
const answerMs = 5_000;

export async function startBusServers(program: NatsProgram, replicas: 1 | 3): Promise<BusServers> {
  const started = replicas === 1 ? undefined : await startNatsCluster(program, { isUnadvertised: true });
  const servers = started?.servers ?? [await startNats(program)];
  const urls = servers.map(({ url }) => url);

  async function withConnection<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: [...urls], timeout: answerMs });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  async function ask(subject: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const payload = body === undefined ? "" : JSON.stringify(body);
    return withConnection(async (connection) => (await connection.request(subject, payload, { timeout: answerMs })).json());
  }

  async function leaderName(): Promise<unknown> {
    const { cluster } = await ask(`$JS.API.STREAM.INFO.${policyStream.stream}`);
    return typeof cluster === "object" && cluster !== null && "leader" in cluster ? cluster.leader : undefined;
  }

  return {
    servers,
    urls,
    replicas,
    async leader() {
      const [only] = servers;
      if (replicas === 1 && only !== undefined) return only;
      for (;;) {
        const name = await leaderName();
        const server = servers.find((candidate) => candidate.name === name);
        if (server !== undefined) return server;
        await pause(200);
      }
    },
    ask,
    async shout(subject, data, sequence) {
      await withConnection(async (connection) => {
        const fields = headers();
        if (sequence !== undefined) fields.set("Nats-Sequence", String(sequence));
        connection.publish(subject, data, { headers: fields });
        await connection.flush();
      });
    },
    async [Symbol.asyncDispose]() {
      // Stopped servers end by nothing less than SIGKILL, which is what disposing of them sends.
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

export async function entriesOf(log: RevisionLog): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of log.readAfter(0)) entries.push(entry);
  return entries;
}

/** An entry as one message, written down a second time: what carries it also carries what nobody signed. */
export function frameOf(envelope: Uint8Array, bundle: Uint8Array | undefined): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(bundle === undefined ? 1 : 2);
  head.writeUInt32BE(envelope.length, 1);
  return Buffer.concat([head, envelope, bundle ?? Buffer.alloc(0)]);
}
