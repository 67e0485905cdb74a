import type { Invariant } from './invariant.js';

/** ext-1: either extensions or a value, not both. */
export const checkExtension: Invariant = (value, issues) => {
  let hasValue = false;
  for (const name in value) hasValue ||= name.startsWith('value') || name.startsWith('_value');
  if (hasValue !== 'extension' in value) return;
  issues.add('invariant', 'Expected either a value or extensions, not both or neither (ext-1)');
};
