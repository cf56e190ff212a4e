import type { Fault } from "./grammar-fault.ts";
import { quote } from "./quote.ts";

/** What shows that a text was meant to be something else than a reference: a URL, an account with a password, a sentence. */
export function findForeignSyntax(text: string): Fault | undefined {
  if (text === "") return { fault: "empty", at: 0, message: 'no image is named; write one, such as "registry.example/team/app:1.0"' };
  return findUrl(text) ?? findForeignCharacter(text) ?? findUserinfo(text) ?? findEmptyComponent(text);
}

function findUrl(text: string): Fault | undefined {
  const at = text.indexOf("://");
  if (at === -1) return undefined;
  return { fault: "url", at, message: `an image is named without a scheme; write ${quote(text.slice(at + 3))}` };
}

function findForeignCharacter(text: string): Fault | undefined {
  const found = /[^A-Za-z0-9._\-/:@[\]+*]/u.exec(text);
  if (found === null) return undefined;
  const { index: at, 0: character } = found;
  if (/[\s\p{Cc}]/u.test(character)) {
    return {
      fault: "blank",
      at,
      message: `blanks, line breaks and control characters cannot stand in an image name; remove ${quote(character)}`,
    };
  }
  return {
    fault: "character",
    at,
    message: `${quote(character)} cannot stand in an image name; write ASCII letters, digits and . _ - / : @`,
  };
}

function findUserinfo(text: string): Fault | undefined {
  const at = text.indexOf("@");
  if (at === -1 || at > text.indexOf("/")) return undefined;
  return {
    fault: "userinfo",
    at,
    message: 'an account before the host cannot stand in an image name; write the host alone, without the part up to "@"',
  };
}

function findEmptyComponent(text: string): Fault | undefined {
  const at = text.startsWith("/") ? 0 : text.search(/\/(?:[/:@]|$)/);
  if (at === -1) return undefined;
  return {
    fault: "empty-component",
    at,
    message: 'a path component is missing here; write one between each two "/", and none before the first or behind the last',
  };
}
