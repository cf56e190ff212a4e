import { InvalidMessageError } from "./invalid-message-error.ts";

/** Both directions between the words of the domain and the numbers of one proto enum. */
export interface EnumTable<Word extends string, Value extends number> {
  toProto(word: Word): Value;
  /** Throws `InvalidMessageError` for `_UNSPECIFIED` and for numbers a newer peer may know and we do not. */
  fromProto(value: number, field: string): Word;
}

/** The record makes a forgotten word a compile error; words must have distinct numbers. */
export function enumTable<Word extends string, Value extends number>(values: Readonly<Record<Word, Value>>): EnumTable<Word, Value> {
  const words = new Map<number, Word>();
  for (const word in values) words.set(values[word], word);
  return {
    toProto: (word) => values[word],
    fromProto(value, field) {
      const word = words.get(value);
      if (word === undefined) throw new InvalidMessageError(field, `unknown value ${value}; both ends must speak the same version`);
      return word;
    },
  };
}
