import { describe, expect, it } from 'vitest';
import { comparable } from './comparable.js';

describe('comparable', () => {
  it('tells a number from one written otherwise, and leaves strings alone', () => {
    expect(comparable('{"a":[1.50,-0.0,1e3]}')).toEqual({ a: ['number 1.50', 'number -0.0', 'number 1e3'] });
    expect(comparable('{"a":1.50}')).not.toEqual(comparable('{"a":1.5}'));
    expect(comparable(String.raw`{"a":"say \"1.50\", 2"}`)).toEqual({ a: 'say "1.50", 2' });
  });

  it('leaves out only what a server sets', () => {
    const [before, after] = [
      '{"id":"a","meta":{"tag":[{"code":"t"}]},"b":1}',
      '{"id":"c","meta":{"versionId":"1","lastUpdated":"x","tag":[{"code":"t"}]},"b":1}',
    ];
    expect(comparable(before)).toEqual(comparable(after));
    expect(comparable('{"id":"a","b":1}')).toEqual(comparable('{"meta":{"versionId":"1"},"b":1}'));
    expect(comparable('{"meta":{"tag":[]},"b":1}')).not.toEqual(comparable('{"b":1}'));
  });
});
