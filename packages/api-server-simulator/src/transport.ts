/** One attempt to reach a webhook. */
export interface WebhookRequest {
  /** `timeout` of the query: whole seconds, as Go writes them. */
  readonly timeoutSeconds: number;
  readonly body: string;
  /** Given up after this long. */
  readonly timeoutMs: number;
}

export interface WebhookResponse {
  readonly status: number;
  /** Seconds of a `Retry-After` that is a number; `undefined` otherwise. */
  readonly retryAfterSeconds: number | undefined;
  readonly body: string;
}

/** How a caller reaches its webhook. Rejects with `TransportError` when there is no whole answer. */
export interface WebhookTransport {
  send(request: WebhookRequest): Promise<WebhookResponse>;
  close(): void;
}

/** No whole answer came. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  /** `reset` is the only one that kube-apiserver tries again for an ImageReview. */
  readonly code: "reset" | "timeout" | "failed";

  constructor(code: TransportError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The connection to a webhook and who is calling. */
export interface TransportOptions {
  /** As in the kubeconfig or the webhook configuration: `https://127.0.0.1:8443/validate`. */
  readonly url: string;
  readonly ca: string;
  /** Client certificate, where the kubeconfig names one. */
  readonly cert?: string;
  readonly key?: string;
  /** Name the server's certificate must hold; the URL's host unless it is given. */
  readonly serverName?: string;
}

/** Path and query of one call. */
export function pathOf(url: URL, timeoutSeconds: number): string {
  return `${url.pathname}?timeout=${timeoutSeconds}s`;
}

/** The number in a `Retry-After`; a date there counts as nothing, as in client-go. */
export function retryAfterOf(header: string | undefined): number | undefined {
  return header !== undefined && /^[+-]?\d+$/.test(header) ? Number(header) : undefined;
}

/** What an error of a socket means to the caller. */
export function toTransportError(error: Error & { readonly code?: unknown }): TransportError {
  return new TransportError(error.code === "ECONNRESET" ? "reset" : "failed", error.message, { cause: error });
}
