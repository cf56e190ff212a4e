import type { FaultWorld } from "../driver/fault-world.ts";

/** Something that goes wrong, and is mended again. */
export interface Fault {
  readonly name: string;
  /** `cluster`: needs three servers; `single`: a server alone. */
  readonly on: "any" | "cluster" | "single";
  /** Resolves once it is mended. Begins and ends with `world.begin` and `world.heal`. */
  readonly run: (world: FaultWorld) => Promise<void>;
}
