/** Runs a service as a process: flags, configuration file, signals, exit status. */
export { runService, type Service } from "./run-service.ts";
export { type OwnProcess, type Surroundings, surroundingsOf } from "./surroundings.ts";
