import { Composer, type CST, type Document, isScalar, Lexer, LineCounter, Parser, visit } from "yaml";
import type { BundleFile } from "./bundle.ts";
import { DocumentCursor, keyText, offsetOf } from "./document-cursor.ts";
import type { PolicyProblemCode } from "./policy-problem.ts";
import type { ProblemSink } from "./problem-sink.ts";

/** Ample for policies; long lists belong into list files. */
const maxFileLength = 1_048_576;

/** Composing a document and reading its fields cannot be sliced; at this size each takes about 10 ms. */
const maxDocumentLength = 262_144;

/** Aliases let a few lines stand for millions of nodes. No policy needs more. */
const maxAliases = 100;

const maxSyntaxErrors = 5;

/** About a millisecond of work between two slices. */
const lexemesPerSlice = 2_000;

/** The documents of a YAML or JSON file, empty ones left out. Yields between slices of work. */
export function* readDocuments(file: BundleFile, problems: ProblemSink): Generator<void, readonly DocumentCursor[]> {
  const lines = new LineCounter();
  // `Parser.parse` would do this, but cannot be sliced.
  lines.addNewLine(0);
  const report = (code: PolicyProblemCode, offset: number, message: string): void => {
    problems.add({ code, file: file.path, line: lines.linePos(offset).line, field: "", message });
  };
  if (file.rest !== undefined || file.text.length > maxFileLength) {
    report("policy-file-too-large", 0, `is larger than 1 MiB; ${advice}`);
    return [];
  }
  const documents = yield* composeDocuments(file.text, lines, report);
  return documents
    .filter((document) => isSound(document, report) && !isEmpty(document))
    .map((document) => DocumentCursor.root({ file: file.path, lines, document, problems }));
}

const advice = 'move its patterns into a list file and name that by "allowFrom"';

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function* composeDocuments(text: string, lines: LineCounter, report: Report): Generator<void, Document.Parsed[]> {
  // Unique keys are checked below: the composer compares each key with each.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false });
  const documents: Document.Parsed[] = [];
  const tokens = yield* readTokens(text, lines);
  for (const [index, token] of tokens.entries()) {
    const length = (tokens[index + 1]?.offset ?? text.length) - token.offset;
    if (token.type === "document" && length > maxDocumentLength) {
      report("policy-file-too-large", token.offset, `is a document larger than 256 KiB; ${advice}`);
      return [];
    }
    documents.push(...composer.next(token));
    yield;
  }
  documents.push(...composer.end(true, text.length));
  return documents;
}

function* readTokens(text: string, lines: LineCounter): Generator<void, CST.Token[]> {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    lexemes += 1;
    if (lexemes % lexemesPerSlice === 0) yield;
  }
  tokens.push(...parser.end());
  return tokens;
}

type Report = (code: PolicyProblemCode, offset: number, message: string) => void;

/** Reports what is wrong with the YAML itself. A document whose syntax is wrong is not read further. */
function isSound(document: Document.Parsed, report: Report): boolean {
  // One wrong bracket brings hundreds of errors; the first say where it is.
  const mistakes = [...document.errors, ...document.warnings].slice(0, maxSyntaxErrors);
  // A file that ends too early breaks every collection that is open there, in the same words at the same place.
  const words = new Map(mistakes.map(({ pos, message }) => [`${pos[0]} ${message}`, { offset: pos[0], message }]));
  for (const { offset, message } of words.values()) report("policy-yaml", offset, describeSyntax(message));
  if (mistakes.length > 0) return false;
  return countAliases(document, report) && hasUniqueKeys(document, report);
}

function countAliases(document: Document.Parsed, report: Report): boolean {
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
      if (aliases <= maxAliases) return undefined;
      report("policy-too-many-aliases", document.range[0], `holds more than ${maxAliases} aliases; write the values out`);
      return visit.BREAK;
    },
  });
  return aliases <= maxAliases;
}

function hasUniqueKeys(document: Document.Parsed, report: Report): boolean {
  let isUnique = true;
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = keyText(key);
        if (seen.has(name)) {
          isUnique = false;
          report("policy-duplicate-key", offsetOf(key), `the field "${name}" stands here twice; only one can be meant`);
        }
        seen.add(name);
      }
    },
  });
  return isUnique;
}

function describeSyntax(message: string): string {
  // The composer recurses, and turns the end of its stack into an error of the document.
  if (/stack/iu.test(message)) return "is nested too deeply";
  return `is not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
