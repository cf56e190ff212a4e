import { randomBytes } from "node:crypto";

/** Makes identifiers that are unique across processes and cheap: 80 random bits per process, then a count. */
export function createDecisionIds(): () => string {
  const prefix = randomBytes(10).toString("base64url");
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
