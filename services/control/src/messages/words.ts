import { InvalidMessageError } from "@portcullis/wire";

/** A word of a closed list, such as a code. Throws `InvalidMessageError` for one that only a newer peer knows. */
export function wordOf<Word extends string>(words: readonly Word[], value: string, field: string): Word {
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw new InvalidMessageError(field, `unknown word ${JSON.stringify(value)}; both ends must speak the same version`);
}

/** A message that has to be there. Throws `InvalidMessageError`. */
export function present<T>(message: T | undefined, field: string): T {
  if (message === undefined) throw new InvalidMessageError(field, "is missing");
  return message;
}

/** Empty text stands for nothing. */
export function orNull(text: string): string | null {
  return text === "" ? null : text;
}
