import { describe, expect, it } from "vitest";
import { parseMessageTemplate, renderMessage } from "./message-template.ts";

const values = { image: "nginx", container: "web", namespace: "shop", policy: "trusted" };

function render(text: string): string {
  const unknown: string[] = [];
  const template = parseMessageTemplate(text, (message) => unknown.push(message));
  return unknown.length > 0 ? unknown.join() : renderMessage(template, values);
}

describe("renderMessage", () => {
  it.each([
    ["plain words", "plain words"],
    ["{image}", "nginx"],
    ["{policy}: {image} of {container} in {namespace}!", "trusted: nginx of web in shop!"],
    ["{image}{image}", "nginxnginx"],
    ["{} { image } {1} {", "{} { image } {1} {"],
    ["{{image}}", "{nginx}"],
  ])("fills %j in as %j", (text, message) => {
    expect(render(text)).toBe(message);
  });

  it("does not fill in what an image brings along", () => {
    const template = parseMessageTemplate("{image}", () => undefined);

    expect(renderMessage(template, { ...values, image: "{namespace}" })).toBe("{namespace}");
  });

  it("is bounded", () => {
    const template = parseMessageTemplate("{image}".repeat(50), () => undefined);

    expect(renderMessage(template, { ...values, image: "x".repeat(1_000) })).toHaveLength(2_001);
  });
});

describe("parseMessageTemplate", () => {
  it("reports words in braces that stand for nothing", () => {
    expect(render("{Image} {pod.name}")).toBe(
      'unknown placeholder "{Image}"; did you mean "image"?,unknown placeholder "{pod.name}"; known are "image", "container", "namespace", "policy"',
    );
  });
});
