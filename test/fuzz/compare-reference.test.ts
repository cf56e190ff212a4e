import { describe, expect, it } from "vitest";
import { compareReference } from "./compare-reference.ts";
import { readRecordedAnswers } from "./recorded-answers.ts";
import { referenceCorpus } from "./reference-texts.ts";

const recorded = readRecordedAnswers();
const nginx = {
  ok: true,
  host: "docker.io",
  path: "library/nginx",
  tag: null,
  digest: null,
  pulled: "docker.io/library/nginx:latest",
  isId: false,
};

describe("compareReference", () => {
  it("has an answer of Go for each text of the corpus", () => {
    expect(recorded.map(({ text }) => text)).toEqual(referenceCorpus);
  });

  it.each(recorded)("finds that we read $text as Go does, or refuse it for a stated reason", ({ text, go }) => {
    expect(["same", "both-refuse", "image-host", "image-id"]).toContain(compareReference(text, go));
  });

  it("notices every part that differs", () => {
    const others = [
      { host: "Docker.io." },
      { path: "nginx" },
      { tag: "latest" },
      { digest: "sha256:a" },
      { isId: true },
      { pulled: "" },
      { ok: false },
    ];

    expect(compareReference("nginx", nginx)).toBe("same");
    for (const other of others) expect(compareReference("nginx", { ...nginx, ...other })).toHaveProperty("difference");
    expect(compareReference("nginx ", nginx)).toHaveProperty("difference");
  });
});
