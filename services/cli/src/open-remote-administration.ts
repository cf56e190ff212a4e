import type { RemoteAdministration } from "@portcullis/control/remote";
import { CliError } from "./cli-error.ts";
import { listOption, type OptionValues, textOption } from "./command-definition.ts";
import { settingOf } from "./option-setting.ts";
import { readOptionFile } from "./read-option-file.ts";
import type { Terminal } from "./terminal.ts";

/** The control service that is to be asked; undefined where the log is read here. Throws `CliError` where both are named. */
export function controlAddressOf(options: OptionValues, terminal: Terminal): string | undefined {
  if (!Object.hasOwn(options, "control")) return undefined;
  const isBusNamed = listOption(options, "bus").length > 0;
  const isControlNamed = textOption(options, "control") !== undefined;
  if (isBusNamed && isControlNamed)
    throw new CliError("cli-usage", "--bus reads the log here, and --control asks a service that does; name one");
  return isBusNamed ? undefined : settingOf(options, "control", terminal);
}

/** Connects to a control service once something is asked for; the caller closes it. Rejects with `CliError`. */
export async function openRemoteAdministration(address: string, options: OptionValues, terminal: Terminal): Promise<RemoteAdministration> {
  const read = async (name: string) => {
    const text = await readOptionFile(options, name, terminal);
    if (text !== undefined) return Buffer.from(text);
    throw new CliError("cli-usage", `a control service wants to know who asks: name a file with --${name}`);
  };
  const [ca, cert, key] = await Promise.all([read("control-tls-ca"), read("control-tls-cert"), read("control-tls-key")]);
  const serverName = settingOf(options, "control-server-name", terminal);
  const { createRemoteAdministration } = await import("@portcullis/control/remote");
  return createRemoteAdministration({ address, tls: { ca, cert, key }, ...(serverName !== undefined && { serverName }) });
}
