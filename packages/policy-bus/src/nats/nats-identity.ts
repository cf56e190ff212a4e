import { type Authenticator, credsAuthenticator, nkeyAuthenticator, nkeys } from "@nats-io/transport-node";
import { RevisionLogError } from "../revision-log-error.ts";
import { toSubjectToken } from "./stream-plan.ts";

/** As whom to connect: one of a seed, credentials, or user and password; nobody where all are absent. */
export interface NatsIdentity {
  /** The text of a file with a user's nkey seed. The servers know its public key only, and the seed never leaves this process. */
  readonly nkeySeed?: string;
  /** The text of a `.creds` file. */
  readonly credentials?: string;
  readonly user?: string;
  readonly password?: string;
}

/** What an identity means for a connection. */
export interface ConnectionIdentity {
  readonly authenticator?: Authenticator;
  readonly user?: string;
  readonly pass?: string;
  /** Answers come to subjects below it: rights can keep it to this user, who then cannot read what others are answered. */
  readonly inboxPrefix: string;
}

/** Throws `bus-credentials-invalid` for a text that holds no seed. */
export function toConnectionIdentity({ nkeySeed, credentials, user, password }: NatsIdentity): ConnectionIdentity {
  if (nkeySeed !== undefined) {
    const { seed, publicKey } = readSeed(nkeySeed);
    return { authenticator: nkeyAuthenticator(seed), inboxPrefix: inboxPrefixOf(publicKey) };
  }
  if (credentials !== undefined) {
    const { publicKey } = readSeed(credentials);
    return { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)), inboxPrefix: inboxPrefixOf(publicKey) };
  }
  if (user === undefined) return { inboxPrefix: "_INBOX" };
  return { user, ...(password !== undefined && { pass: password }), inboxPrefix: inboxPrefixOf(user) };
}

/** Where a user, or the user of a public key, takes answers; the rights that `writeServerConfig` gives end there. */
export function inboxPrefixOf(user: string): string {
  return `_INBOX.${toSubjectToken(user)}`;
}

/** The public key of a user's nkey seed, which may stand among other lines. Throws `bus-credentials-invalid`. */
export function publicKeyOf(seedText: string): string {
  return readSeed(seedText).publicKey;
}

/** A new seed of a user, as one line. */
export function generateNkeySeed(): string {
  return `${new TextDecoder().decode(nkeys.createUser().getSeed())}\n`;
}

function readSeed(text: string): { readonly seed: Uint8Array; readonly publicKey: string } {
  const [found] = /\bSU[A-Z2-7]{56}\b/.exec(text) ?? [];
  try {
    const seed = new TextEncoder().encode(found);
    return { seed, publicKey: nkeys.fromSeed(seed).getPublicKey() };
  } catch {
    // Without the cause: what was read is secret, and might stand in its message.
    throw new RevisionLogError("bus-credentials-invalid", "there is no nkey seed of a user (SU…); compare the file with what was issued");
  }
}
