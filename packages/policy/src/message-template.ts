import { cutText } from "./cut-text.ts";
import { printable } from "./quote.ts";
import { suggestName } from "./suggest-name.ts";

/** What a policy's `message` may name in braces. */
export const messagePlaceholders = ["image", "container", "namespace", "policy"] as const;
export type MessagePlaceholder = (typeof messagePlaceholders)[number];

/** A policy's `message`: text and placeholders in turn. */
export type MessageTemplate = readonly (string | { readonly placeholder: MessagePlaceholder })[];

/** Longest `message` a policy may have, and longest text made of one. */
export const maxMessageLength = 1_000;

/** Reads `{image}` and the like; `onUnknown` hears of every other word in braces. Braces around anything else stay as they are. */
export function parseMessageTemplate(text: string, onUnknown: (message: string) => void): MessageTemplate {
  const template: (string | { placeholder: MessagePlaceholder })[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{([A-Za-z][\w.-]*)\}/gu)) {
    const [whole, word = ""] = match;
    const placeholder = messagePlaceholders.find((each) => each === word);
    if (placeholder === undefined) onUnknown(`unknown placeholder "${whole}"${suggestName(word, messagePlaceholders)}`);
    else {
      template.push(text.slice(from, match.index), { placeholder });
      from = match.index + whole.length;
    }
  }
  return [...template, text.slice(from)];
}

/** The author's words with the placeholders filled in; bounded, since images are the requester's to choose. */
export function renderMessage(template: MessageTemplate, values: Readonly<Record<MessagePlaceholder, string>>): string {
  const text = template.map((part) => (typeof part === "string" ? part : printable(values[part.placeholder]))).join("");
  return cutText(text, 2 * maxMessageLength);
}
