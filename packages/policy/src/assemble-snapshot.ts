import { patternIndexFromParts } from "@portcullis/image-ref";
import type { RevisionToken } from "./decision.ts";
import { lineOf } from "./line-table.ts";
import { compileGlobs } from "./name-glob.ts";
import type { PatternList, PatternSegment } from "./pattern-list.ts";
import { compileFieldScopes, compileSelector, compileWithin } from "./selector.ts";
import type { CompiledPolicy, Snapshot } from "./snapshot.ts";
import type { PolicyParts, SegmentParts, SnapshotParts } from "./snapshot-parts.ts";

/** Names that are compiled between two yields: less than a millisecond of work. */
const namesPerStep = 1_000;

/** Puts together what was compiled, maybe by another thread. Yields between slices of work. */
export function* assembleSteps({ segments, policies, settings }: SnapshotParts, revision: RevisionToken): Generator<void, Snapshot> {
  const lists: PatternSegment[] = [];
  const assembled: CompiledPolicy[] = [];
  let work = 0;
  for (const parts of segments) {
    lists.push(toSegment(parts));
    work += 1;
    if (work % namesPerStep === 0) yield;
  }
  for (const parts of policies) {
    assembled.push(toPolicy(parts, lists));
    work += countNames(parts);
    if (work < namesPerStep) continue;
    work = 0;
    yield;
  }
  return { ...settings, revision, policies: assembled };
}

/** How many names and globs a policy holds, and one for itself: what it costs to assemble, or to clone. */
export function countNames({ clusters, namespaces, kinds, fields, forbiddenTags }: PolicyParts): number {
  const names = [clusters, namespaces, kinds, fields].reduce((sum, { include, exclude }) => sum + include.length + exclude.length, 0);
  return 1 + names + forbiddenTags.length;
}

function toSegment(parts: SegmentParts): PatternSegment {
  const { file, lines, texts, ends } = parts;
  return {
    index: patternIndexFromParts(parts.index),
    originOf: (ordinal) => {
      const pattern = texts.slice(ordinal === 0 ? 0 : ends[ordinal - 1], ends[ordinal]);
      return { pattern, file, line: lineOf(lines, ordinal) };
    },
  };
}

function toPolicy(parts: PolicyParts, lists: readonly PatternSegment[]): CompiledPolicy {
  const { name, enforcement, requiresDigest, forbiddenTags, message, covers } = parts;
  return {
    name,
    enforcement,
    match: {
      clusters: compileWithin(parts.within, parts.clusters),
      namespaces: compileSelector(parts.namespaces),
      kinds: compileSelector(parts.kinds),
      fields: compileFieldScopes(parts.fields),
    },
    allow: parts.allow === undefined ? undefined : listOf(parts.allow, lists),
    deny: listOf(parts.deny, lists),
    except: listOf(parts.except, lists),
    requiresDigest,
    isForbiddenTag: forbiddenTags.length === 0 ? undefined : compileGlobs(forbiddenTags),
    message,
    covers,
  };
}

function listOf(places: readonly number[], lists: readonly PatternSegment[]): PatternList {
  return places.map((place) => lists[place] as PatternSegment);
}
