import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const pages = globSync(["*.md", "docs/**/*.md", "{packages,services}/*/*.md"], { cwd: root });

function linksOf(page: string): readonly string[] {
  const text = readFileSync(resolve(root, page), "utf8").replace(/^```.*?^```/gms, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

// The anchor that GitHub gives a heading.
function anchorsOf(path: string): readonly string[] {
  const headings = [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title);
  return headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function isDead(page: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? resolve(root, page) : resolve(root, dirname(page), file);
  if (!existsSync(path)) return true;
  return anchor !== undefined && !anchorsOf(path).includes(anchor);
}

describe("links in the documentation", () => {
  it.each(pages)("of %s lead somewhere", (page) => {
    expect(linksOf(page).filter((link) => isDead(page, link))).toEqual([]);
  });
});

describe("commands in the documentation", () => {
  const { scripts } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

  it.each(pages)("of %s exist in package.json", (page) => {
    const named = [...readFileSync(resolve(root, page), "utf8").matchAll(/\bnpm (?:run ([a-z0-9:]+)|(start|test)\b)/g)];

    expect(named.map(([, run, direct]) => run ?? direct ?? "").filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
