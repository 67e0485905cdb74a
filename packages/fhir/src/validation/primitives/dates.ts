import type { ValueCheck, ValueFault } from '../validation-issue.js';
import { patternOf } from './pattern.js';

const notText: ValueFault = { code: 'structure', diagnostics: 'Expected a JSON string' };
const notADay: ValueFault = { code: 'value', diagnostics: 'Expected a day that the calendar has' };

/**
 * `date`, `dateTime` and `instant`: the published form, and a day that exists (the pattern allows 2023-02-30).
 * @param published pattern whose values start with a year, a month and a day at fixed places
 */
export function checkCalendar(published: string, diagnostics: string): ValueCheck {
  const pattern = patternOf(published);
  const fault: ValueFault = { code: 'value', diagnostics };
  return (value) => {
    if (typeof value !== 'string') return notText;
    if (!pattern.test(value)) return fault;
    return value.length < 10 || isDay(value) ? undefined : notADay;
  };
}

function isDay(text: string): boolean {
  const day = twoDigits(text, 8);
  if (day <= 28) return true;
  return day <= daysInMonth(Number(text.slice(0, 4)), twoDigits(text, 5));
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;
}

/** Gregorian, also before 1582 (ISO 8601). */
function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
