import { endOfString } from './scan-json.js';

/**
 * Offset of the first member name that its object already has; 0 when there is none. Slow, for the message only.
 * @param text valid JSON
 */
export function findDuplicateMember(text: string): number {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(undefined);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isFollowedByColon(text, end + 1)) {
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        if (names.has(name)) return at;
        names.add(name);
      }
      at = end;
    }
  }
  return 0;
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}
