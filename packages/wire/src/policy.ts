/** The messages of `PolicyAdminService`, and what it takes to register it. */
export { type EnumTable, enumTable } from "./enum-table.ts";
export * from "./gen/portcullis/policy/v1/policy.pb.ts";
export { policyAdminServiceDefinition } from "./policy-admin-service-definition.ts";
export { messageOf, type Received } from "./received.ts";
