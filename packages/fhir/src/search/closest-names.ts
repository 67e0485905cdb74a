/** `names`, those most like `given` first: a reader finds what was meant at the beginning of a list. */
export function closestNames(given: string, names: readonly string[]): readonly string[] {
  const wanted = bigrams(given.slice(0, 64).toLowerCase());
  const likeness = (name: string): number => {
    const own = bigrams(name.toLowerCase());
    const shared = [...own].filter((pair) => wanted.has(pair)).length;
    return (2 * shared) / (own.size + wanted.size || 1);
  };
  return names
    .map((name) => ({ name, likeness: likeness(name) }))
    .sort((a, b) => b.likeness - a.likeness || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** Pairs of neighbouring letters, the ends marked (Dice's coefficient is taken over them). */
function bigrams(text: string): ReadonlySet<string> {
  const marked = `^${text}$`;
  return new Set(Array.from({ length: marked.length - 1 }, (_, at) => marked.slice(at, at + 2)));
}
