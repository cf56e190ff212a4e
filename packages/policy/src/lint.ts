import type { Bundle } from "./bundle.ts";
import type { Lint } from "./lint-advice.ts";
import { lintLists } from "./lint-lists.ts";
import { lintMatch } from "./lint-match.ts";
import { compareText } from "./problem-sink.ts";
import { readSoundBundle, type SoundBundle } from "./source-of-bundle.ts";

/** Looks for what compiles and yet is probably not meant; sorted by file and line. A bundle that does not compile gets no advice. */
export function lint(bundle: Bundle): readonly Lint[] {
  const sound = readSoundBundle(bundle);
  if (sound === undefined) return [];
  const policies = sound.policies.flatMap((policy) => [...lintMatch(policy), ...lintLists(policy.source, sound)]);
  return [...policies, ...lintDefault(sound), ...lintUnusedLists(sound)].toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);
}

function lintDefault({ settings, policies }: SoundBundle): readonly Lint[] {
  if (settings?.default !== "allow" || !policies.some(({ compiled }) => compiled.covers)) return [];
  const message = "opens every namespace, kind and field that no allow list names; leave it out, and what no list covers is denied";
  return [{ code: "lint-open-default", file: settings.file, line: settings.line, field: "spec.default", message }];
}

function lintUnusedLists({ policies, files }: SoundBundle): readonly Lint[] {
  const used = new Set(
    policies.flatMap(({ source: { allow, deny, except } }) =>
      [allow, deny, except].flatMap((list) => list?.files.map(({ path }) => path) ?? []),
    ),
  );
  const unused = [...files.keys()].filter((path) => !used.has(path) && !path.endsWith(".md"));
  return unused.map((file) => ({
    code: "lint-unused-list",
    file,
    line: 1,
    field: "",
    message: "is named by no policy; name it by allowFrom, denyFrom or exceptFrom, or remove it",
  }));
}
