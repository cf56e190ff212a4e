// Subscribes to a subject over plain NATS, and writes a line for each message: the floor of what applying a revision costs.
import { connect } from "@nats-io/transport-node";

const [url = "", subject = ""] = process.argv.slice(2);
const connection = await connect({ servers: url.split(",") });
connection.subscribe(subject, {
  callback: (error, message) => {
    if (error === null) process.stdout.write(`{"msg":"received","number":${message.string().split(" ", 1)[0]}}\n`);
  },
});
await connection.flush();
process.stdout.write('{"msg":"subscribed"}\n');
