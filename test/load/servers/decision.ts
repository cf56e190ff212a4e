// A decision service in a process of its own.
import { createDecisionServer } from "@portcullis/decision";
import { createTelemetry } from "@portcullis/telemetry";
import { readTlsMaterial } from "../tls-material.ts";
import { startDeciding } from "./deciding.ts";
import { reportUsage } from "./report-usage.ts";

const [folder = ""] = process.argv.slice(2);
const tls = (await readTlsMaterial(folder)).decision;
const telemetry = createTelemetry({ service: "decision", logLevel: "info" });
const service = await startDeciding(telemetry);
const server = await createDecisionServer({
  service,
  host: "127.0.0.1",
  port: 0,
  tls,
  allowedClients: ["CN=portcullis-webhook"],
  telemetry,
});
reportUsage(server.port, { withHolds: false });
