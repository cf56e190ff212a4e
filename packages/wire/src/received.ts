import { InvalidMessageError } from "./invalid-message-error.ts";

/** Bytes that were read as a message, or why they could not be. */
export type Received<T> = { readonly message: T } | { readonly problem: InvalidMessageError };

/** A method as a server registers it: gRPC itself would answer what does not decode INTERNAL, as if the fault were ours. */
export function receiving<Request>(deserialize: (bytes: Buffer) => Request): (bytes: Buffer) => Received<Request> {
  return (bytes) => {
    try {
      return { message: deserialize(bytes) };
    } catch (cause) {
      return { problem: new InvalidMessageError("message", "is not protobuf of this service", { cause }) };
    }
  };
}

/** The message. Throws `InvalidMessageError` where it did not decode. */
export function messageOf<T>(received: Received<T>): T {
  if ("problem" in received) throw received.problem;
  return received.message;
}
