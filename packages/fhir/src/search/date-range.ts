/** A span of time, milliseconds since 1970 UTC; `high` is excluded. */
export interface DateRange {
  readonly low: number;
  readonly high: number;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const MINUTE_MS = 60_000;

/**
 * The span that a date of any precision means: `2024` is the whole year, `2024-02-29T10:15` that minute.
 *
 * Without a zone it is UTC. A fraction finer than a millisecond is cut: the span is that millisecond.
 *
 * @returns undefined for what is no date of the calendar.
 */
export function parseDateRange(text: string): DateRange | undefined {
  const match = DATE.exec(text);
  if (match === null) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const [fraction, zone] = [match[7], match[8]];
  if (!isCalendarDate(year!, month, day) || !isTime(hour, minute, second)) {
    return undefined;
  }
  const offsetMs = zoneOffset(zone);
  if (offsetMs === undefined) {
    return undefined;
  }
  const start = utc(year!, month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0) - offsetMs;
  if (fraction !== undefined) {
    const unit = 10 ** Math.max(0, 3 - fraction.length);
    const low = start + Number(fraction.slice(0, 3)) * unit;
    return { low, high: low + unit };
  }
  return { low: start, high: end(year!, month, day, hour, minute, second) - offsetMs };
}

function end(year: number, month?: number, day?: number, hour?: number, minute?: number, second?: number): number {
  if (month === undefined) return utc(year + 1, 1, 1, 0, 0, 0);
  if (day === undefined) return utc(year, month + 1, 1, 0, 0, 0);
  if (hour === undefined) return utc(year, month, day + 1, 0, 0, 0);
  if (second === undefined) return utc(year, month, day, hour, minute! + 1, 0);
  return utc(year, month, day, hour, minute!, second + 1);
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime();
}

function isCalendarDate(year: number, month: number | undefined, day: number | undefined): boolean {
  if (year === 0 || (month !== undefined && (month < 1 || month > 12))) {
    return false;
  }
  return day === undefined || (day >= 1 && day <= new Date(utc(year, month! + 1, 0, 0, 0, 0)).getUTCDate());
}

/** A leap second is written as :60. */
function isTime(hour = 0, minute = 0, second = 0): boolean {
  return hour <= 23 && minute <= 59 && second <= 60;
}

function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') {
    return 0;
  }
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 14 || minutes > 59) {
    return undefined;
  }
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
