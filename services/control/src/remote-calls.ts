import type { Client, ClientDuplexStream, ClientReadableStream } from "@grpc/grpc-js";
import { fromControlStatus } from "./remote-status.ts";

/** A method as ts-proto describes it. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** Asks once. Rejects as `fromControlStatus` says. */
export function ask<Request, Response>(client: Client, method: Method<Request, Response>, request: Request): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { path, requestSerialize, responseDeserialize } = method;
  const options = { deadline: Date.now() + askTimeoutMs };
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, (error, response) => {
    if (error !== null) reject(fromControlStatus(error));
    else if (response !== undefined) resolve(response);
  });
  return promise;
}

/** Reading a long log takes its time. */
const askTimeoutMs = 60_000;

/** Answers until the stream ends; the call is cancelled where the iteration is broken off. Throws as `fromControlStatus` says. */
export async function* answersOf<Response>(
  call: ClientReadableStream<Response> | ClientDuplexStream<never, Response>,
): AsyncGenerator<Response> {
  // The iteration hears what goes wrong while it lasts; that it was cancelled comes later, and would end the process.
  call.on("error", () => undefined);
  try {
    for await (const answer of call) yield answer;
  } catch (error) {
    throw fromControlStatus(error);
  } finally {
    call.cancel();
  }
}

/** Asks, and hears answers as they come. */
export function listen<Request, Response>(
  client: Client,
  method: Method<Request, Response>,
  request: Request,
): ClientReadableStream<Response> {
  return client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, request);
}
