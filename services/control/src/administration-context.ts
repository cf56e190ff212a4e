import type { PolicyAdministrationOptions } from "./create-policy-administration.ts";

/** What every operation needs. */
export type AdministrationContext = Required<PolicyAdministrationOptions>;
