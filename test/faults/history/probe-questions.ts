import { probeBits, probeImage, probeSides } from "./bundle-recipe.ts";

const bits = Array.from({ length: probeBits }, (_, bit) => bit);

/** All images of one side: the verdict tells the number of the bundle. */
export const wholeProbes: readonly (readonly string[])[] = probeSides.map((side) => bits.map((bit) => probeImage(side, bit)));

/** Both sides of one bit, as questions of their own. */
export function bitProbes(bit: number): readonly (readonly string[])[] {
  return probeSides.map((side) => [probeImage(side, bit % probeBits)]);
}

/** Both sides of one bit in one question. */
export function bothSides(bit: number): readonly string[] {
  return probeSides.map((side) => probeImage(side, bit % probeBits));
}
