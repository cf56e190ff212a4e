import { EventEmitter, on } from "node:events";
import { experimental, Server, type ServerDuplexStream } from "@grpc/grpc-js";
import { createCertificateAuthority } from "@portcullis/pki";
import type { Answer, RevisionToken, UndecidedError } from "@portcullis/policy";
import { aDecision, anAnswer } from "@portcullis/testing";
import {
  createCertificateSource,
  type DecideItem,
  type DecideStreamRequest,
  type DecideStreamResponse,
  DecisionServiceService,
  type MutualTls,
  maxMessageBytes,
  toDecideResponse,
} from "@portcullis/wire";

type Call = ServerDuplexStream<DecideStreamRequest, DecideStreamResponse>;

/** A stand-in for a decision service over real gRPC, which answers, hangs, or ends as a test says. */
export interface DecisionUnderTest {
  readonly port: number;
  readonly address: string;
  /** How each item is answered; `undefined` leaves it unanswered. */
  respond: (item: DecideItem) => Answer | UndecidedError | undefined;
  /** Items received, in order, answered or not. */
  readonly items: readonly DecideItem[];
  /** Messages received. */
  messages(): number;
  /** Streams that are open now. */
  readonly calls: ReadonlySet<Call>;
  nextItem(): Promise<DecideItem>;
  /** Says `draining` on every stream. */
  drain(mayReconnect: boolean): void;
  /** Cuts every connection, as a process that dies does. */
  die(): void;
}

/** Allows, and says by which revision. */
export function allowedBy(servedAt: RevisionToken): Answer {
  return anAnswer({ decision: aDecision("allow", { servedAt }) });
}

/** A certificate of the server and one of its client, by one authority. */
export async function aMutualTlsPair(): Promise<{ readonly server: MutualTls; readonly client: MutualTls }> {
  const authority = await createCertificateAuthority({ commonName: "test" });
  const [server, client] = await Promise.all([
    authority.issue({ commonName: "decision", dnsNames: ["decision.test"], ipAddresses: ["127.0.0.1"], usage: "server" }),
    authority.issue({ commonName: "webhook", usage: "client" }),
  ]);
  const toTls = ({ certPem, keyPem }: typeof server): MutualTls => ({
    cert: Buffer.from(certPem),
    key: Buffer.from(keyPem),
    ca: Buffer.from(authority.certPem),
  });
  return { server: toTls(server), client: toTls(client) };
}

/** Listens on 127.0.0.1. */
export async function startDecisionUnderTest(tls: MutualTls, port = 0): Promise<DecisionUnderTest> {
  const items: DecideItem[] = [];
  const calls = new Set<Call>();
  const events = new EventEmitter<{ item: [DecideItem] }>();
  const arrivals = on(events, "item");
  let messages = 0;

  function receive(call: Call, request: DecideStreamRequest): void {
    messages += 1;
    const answers = request.items.flatMap((item) => {
      items.push(item);
      events.emit("item", item);
      const outcome = decision.respond(item);
      return outcome === undefined ? [] : [{ id: item.id, response: toDecideResponse(outcome) }];
    });
    if (answers.length > 0) call.write({ answers, draining: undefined });
  }

  const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(DecisionServiceService, {
    decideStream(call: Call) {
      calls.add(call);
      call.on("data", (request: DecideStreamRequest) => receive(call, request));
      call.on("end", () => call.end());
      call.on("error", () => undefined);
      for (const event of ["close", "cancelled", "finish"]) call.on(event, () => calls.delete(call));
    },
  });
  const bound = await bind(server, tls, port);
  const decision: DecisionUnderTest = {
    port: bound,
    address: `127.0.0.1:${bound}`,
    respond: () => anAnswer(),
    items,
    messages: () => messages,
    calls,
    async nextItem() {
      const { value } = await arrivals.next();
      return value?.[0];
    },
    drain(mayReconnect) {
      for (const call of calls) call.write({ answers: [], draining: { mayReconnect } });
    },
    die: () => server.forceShutdown(),
  };
  return decision;
}

function bind(server: Server, tls: MutualTls, port: number): Promise<number> {
  const { provider } = createCertificateSource(tls);
  const credentials = experimental.createCertificateProviderServerCredentials(provider, provider, true);
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
}
