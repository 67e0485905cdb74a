import type { ValueCheck, ValueFault } from '../validation-issue.js';
import { checkString } from './text.js';

/**
 * The published patterns are XML Schema's: `\s` is space, tab, carriage return and line feed, and the pattern has to
 * match the whole value. In JavaScript `\s` also is a no-break space, which FHIR allows in a code.
 */
export function patternOf(published: string): RegExp {
  const translated = published.replaceAll('[^\\s]', '[^ \\t\\n\\r]').replaceAll('\\S', '[^ \\t\\n\\r]');
  return new RegExp(`^(?:${translated.replaceAll('\\s', '[ \\t\\n\\r]')})$`);
}

/** A string of the form that the definitions publish. The patterns used with this have no ambiguity: linear time. */
export function checkPattern(published: string, diagnostics: string): ValueCheck {
  const pattern = patternOf(published);
  const fault: ValueFault = { code: 'value', diagnostics };
  return (value) => checkString(value) ?? (pattern.test(value as string) ? undefined : fault);
}
