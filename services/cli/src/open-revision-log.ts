import { createNatsRevisionLog, type NatsRevisionLog, type NatsServers, type NatsTls } from "@portcullis/policy-bus";
import { CliError } from "./cli-error.ts";
import { type OptionValues, splitAtCommas } from "./command-definition.ts";
import { settingOf, settingsOf } from "./option-setting.ts";
import { readOptionFile } from "./read-option-file.ts";
import type { Terminal } from "./terminal.ts";

/** Opens the log that the options name, for as long as `use` takes. Rejects with `CliError` where they name none. */
export async function withRevisionLog<T>(options: OptionValues, terminal: Terminal, use: (log: NatsRevisionLog) => Promise<T>): Promise<T> {
  const log = await openRevisionLog(options, terminal);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

/** Whether the options, or the environment, name a server. */
export function hasBus(options: OptionValues, terminal: Terminal): boolean {
  return serversOf(options, terminal).length > 0;
}

function serversOf(options: OptionValues, terminal: Terminal): readonly string[] {
  return splitAtCommas(settingsOf(options, "bus", terminal));
}

async function openRevisionLog(options: OptionValues, terminal: Terminal): Promise<NatsRevisionLog> {
  const domain = settingOf(options, "bus-domain", terminal);
  const policySet = settingOf(options, "bus-policy-set", terminal);
  return createNatsRevisionLog({
    ...(await readServers(options, terminal)),
    ...(domain !== undefined && { domain }),
    ...(policySet !== undefined && { policySet }),
    syncAlways: options["sync-always"] === true,
  });
}

async function readServers(options: OptionValues, terminal: Terminal): Promise<NatsServers> {
  const servers = serversOf(options, terminal);
  if (servers.length === 0) {
    throw new CliError("cli-usage", "name the NATS servers with --bus nats://host:port, or in PORTCULLIS_BUS");
  }
  // What stands in an address also stands in messages and lists of processes.
  if (servers.some((server) => server.includes("@"))) {
    throw new CliError("cli-usage", "an address in --bus holds credentials; give them by --bus-user and --bus-password-file");
  }
  const read = (name: string) => readOptionFile(options, name, terminal);
  const [nkeySeed, credentials] = await Promise.all(["bus-nkey", "bus-credentials"].map(read));
  const user = settingOf(options, "bus-user", terminal);
  const password = (await read("bus-password-file"))?.replace(/\r?\n$/, "");
  const tls = await readTls(read);
  return {
    servers,
    name: "portcullis command",
    ...(tls !== undefined && { tls }),
    ...(nkeySeed !== undefined && { nkeySeed }),
    ...(credentials !== undefined && { credentials }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  };
}

async function readTls(read: (name: string) => Promise<string | undefined>): Promise<NatsTls | undefined> {
  const [ca, cert, key] = await Promise.all(["bus-tls-ca", "bus-tls-cert", "bus-tls-key"].map(read));
  if ((cert === undefined) !== (key === undefined)) {
    throw new CliError("cli-usage", "a client certificate needs both --bus-tls-cert and --bus-tls-key");
  }
  if (ca === undefined && cert === undefined) return undefined;
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}
