/** Names of polecats: short words that are easy to say and to tell apart. */

/** In the order in which they are given. */
export const POLECAT_NAMES: readonly string[] = [
  "toast",
  "biscuit",
  "pepper",
  "mango",
  "olive",
  "ginger",
  "maple",
  "clove",
  "basil",
  "cocoa",
  "juniper",
  "waffle",
  "saffron",
  "pickle",
  "nutmeg",
  "sorrel",
  "fennel",
  "muffin",
  "papaya",
  "quince",
  "radish",
  "sesame",
  "thyme",
  "truffle",
  "vanilla",
  "walnut",
  "yarrow",
  "almond",
  "bagel",
  "cumin",
  "damson",
  "endive",
  "fig",
  "guava",
  "honey",
  "kale",
  "lentil",
  "miso",
  "noodle",
  "okra",
  "pesto",
  "rhubarb",
  "scone",
  "tofu",
  "umami",
  "wasabi",
  "yuzu",
  "ziti",
  "caper",
  "dill",
];

/** The first name of the pool that is not taken; numbers follow when the pool is used up. */
export function nextName(taken: ReadonlySet<string>): string {
  const free = POLECAT_NAMES.find(name => !taken.has(name));
  if (free !== undefined) return free;
  for (let n = POLECAT_NAMES.length + 1; ; n++) {
    const name = `polecat${n}`;
    if (!taken.has(name)) return name;
  }
}

/** Place of a name in the pool, for a stable order; numbers come after it. */
export function nameOrder(name: string): number {
  const at = POLECAT_NAMES.indexOf(name);
  if (at >= 0) return at;
  const number = Number(name.replace(/^\D+/, ""));
  return Number.isFinite(number) && number > 0 ? number : Number.MAX_SAFE_INTEGER;
}
