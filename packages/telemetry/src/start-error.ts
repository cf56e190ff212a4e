/** Codes of a server that cannot listen; explained in `docs/errors.md`. */
export const startErrorCodes = ["start-port-in-use", "start-port-forbidden", "start-address-unavailable", "start-listen-failed"] as const;
export type StartErrorCode = (typeof startErrorCodes)[number];

/** A server cannot listen where it was told to. The message is complete, for people. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Says why `listen` failed and what to do. `what` names the server (`webhook`), `setting` the setting that moves it. */
export function toStartError(error: unknown, { what, host, port, setting }: ListenAttempt): StartError {
  const place = `the ${what} cannot listen on ${host}:${port}`;
  const options = { cause: error };
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartError("start-port-in-use", `${place}: the port is in use; stop what uses it, or set ${setting}`, options);
    case "EACCES":
      return new StartError("start-port-forbidden", `${place}: this user may not use that port; set ${setting} to 1024 or higher`, options);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartError("start-address-unavailable", `${place}: this machine has no such address; set another host`, options);
    default:
      return new StartError("start-listen-failed", `${place}: ${error instanceof Error ? error.message : String(error)}`, options);
  }
}

interface ListenAttempt {
  readonly what: string;
  readonly host: string;
  readonly port: number;
  readonly setting: string;
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
