import { checkServerIdentity } from "node:tls";
import { type ChannelCredentials, Client, experimental, type StatusObject } from "@grpc/grpc-js";
import type { Telemetry } from "@portcullis/telemetry";
import { type CertificateSource, maxMessageBytes } from "@portcullis/wire";
import type { Question } from "./decision-client-question.ts";
import { createReachLog, type ReachLog } from "./decision-client-reach-log.ts";
import { DecisionStream, type StreamEvents } from "./decision-client-stream.ts";

/** Where a decision service listens, and the name its certificate must carry. */
export interface DecisionTarget {
  /** `10.0.0.7:8444`, `[fd00::7]:8444`. */
  readonly address: string;
  /** The name it was found by; absent where it was configured as an IP address. */
  readonly serverName: string | undefined;
}

export interface AddressEvents extends Pick<StreamEvents, "atLeast" | "onAnswer"> {
  /** A connection stands and takes questions. */
  readonly onOpen: () => void;
  /** A stream is over; `lost` were neither answered nor will be. */
  readonly onLost: (lost: readonly Question[]) => void;
  readonly log: Telemetry["log"];
}

const initialBackoffMs = 100;
const maxBackoffMs = 2_000;
const connectTimeoutMs = 10_000;

/** One channel to one address, and on it one stream that is opened again whenever it ends. */
export class DecisionAddress {
  readonly #target: DecisionTarget;
  readonly #certificates: CertificateSource;
  readonly #events: AddressEvents;
  readonly #reach: ReachLog;
  #client: Client;
  #stream: DecisionStream | undefined;
  #backoffMs = initialBackoffMs;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #streams = 0;

  constructor(target: DecisionTarget, certificates: CertificateSource, events: AddressEvents) {
    this.#target = target;
    this.#certificates = certificates;
    this.#events = events;
    this.#reach = createReachLog(events.log, target.address, maxBackoffMs);
    this.#client = this.#newClient();
    this.#connect();
  }

  /** The stream that takes questions; `undefined` while there is none. */
  get stream(): DecisionStream | undefined {
    return this.#stream;
  }

  get address(): string {
    return this.#target.address;
  }

  /** Asks nothing any more; closes the channel once what was asked is answered. */
  retire(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#reach.cancel();
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) this.#closeWhenUnused();
    else stream.halfClose();
  }

  /** Cuts everything. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#reach.cancel();
    this.#stream?.cancel();
    this.#client.close();
  }

  #newClient(): Client {
    return new Client(this.#target.address, channelCredentials(this.#target, this.#certificates), channelOptions(this.#target));
  }

  #connect(): void {
    if (this.#isClosed) return;
    // The channel connects again by itself, with its own backoff.
    this.#client.waitForReady(Date.now() + connectTimeoutMs, (error) => {
      if (this.#isClosed) return;
      if (!(error instanceof Error)) return this.#open();
      this.#abandonHandshake();
      this.#connect();
    });
  }

  /** A server that accepts and then says nothing would hold a handshake for as long as the system's TCP waits: many minutes. */
  #abandonHandshake(): void {
    if (this.#streams > 0) return;
    this.#client.close();
    this.#client = this.#newClient();
  }

  #open(): void {
    const { atLeast, onAnswer, onOpen } = this.#events;
    const openedMs = performance.now();
    this.#streams += 1;
    this.#stream = new DecisionStream(this.#client, this.address, {
      atLeast,
      onAnswer,
      onDraining: (stream, mayReconnect) => this.#onDraining(stream, mayReconnect),
      onEnd: (stream, lost, ended) => {
        // A stream that lived was no failed attempt.
        if (performance.now() - openedMs > maxBackoffMs) this.#backoffMs = initialBackoffMs;
        this.#onEnd(stream, lost, ended);
      },
    });
    this.#reach.opened();
    onOpen();
  }

  /** The old stream still gets its answers; questions from now on wait for another one, or go to another address. */
  #onDraining(stream: DecisionStream, mayReconnect: boolean): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#reach.cancel();
    if (mayReconnect) this.#connect();
    else this.#connectLater();
  }

  #onEnd(stream: DecisionStream, lost: readonly Question[], ended: StatusObject): void {
    const { onLost } = this.#events;
    // Where another stream stands already, or none is wanted, this one ended as it was told to.
    const isWanted = !this.#isClosed && (this.#stream === undefined || this.#stream === stream);
    if (isWanted) this.#reach.ended(ended, lost.length);
    this.#streams -= 1;
    if (this.#stream === stream) {
      this.#stream = undefined;
      this.#connectLater();
    }
    if (this.#isClosed) this.#closeWhenUnused();
    onLost(lost);
  }

  #connectLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#backoffMs * (0.8 + Math.random() * 0.4));
    this.#backoffMs = Math.min(maxBackoffMs, this.#backoffMs * 1.6);
  }

  #closeWhenUnused(): void {
    if (this.#streams === 0) this.#client.close();
  }
}

/** Checks that the server's certificate carries the name it was found by, or else its IP address. */
function channelCredentials({ address, serverName }: DecisionTarget, { provider }: CertificateSource): ChannelCredentials {
  const expected = serverName ?? address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return experimental.createCertificateProviderChannelCredentials(provider, provider, {
    checkServerIdentity: (_name, certificate) => checkServerIdentity(expected, certificate),
  });
}

function channelOptions({ serverName = "localhost" }: DecisionTarget): Record<string, string | number> {
  return {
    // Also what TLS asks for by SNI, where RFC 6066 forbids an IP address; what the certificate must carry is checked above.
    "grpc.ssl_target_name_override": serverName,
    "grpc.default_authority": serverName,
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 3_000,
    "grpc.initial_reconnect_backoff_ms": initialBackoffMs,
    "grpc.max_reconnect_backoff_ms": maxBackoffMs,
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc-node.flow_control_window": 4 * 1024 * 1024,
    // Streams of one client must not share a connection with those of another in this process.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_http_proxy": 0,
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
  };
}
