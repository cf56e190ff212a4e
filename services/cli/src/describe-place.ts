/** `policies/a.yaml:3: spec.allow[2]`, without the field where the whole document is meant. */
export function describePlace({ file, line, field }: { readonly file: string; readonly line: number; readonly field: string }): string {
  return field === "" ? `${file}:${line}` : `${file}:${line}: ${field}`;
}
