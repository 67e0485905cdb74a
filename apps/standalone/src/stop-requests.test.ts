import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForStopRequests } from './stop-requests.js';

describe('listenForStopRequests', () => {
  it('takes one keystroke that arrives twice for one, and a second keystroke for "at once"', () => {
    const source = new EventEmitter();
    let nowMs = 10_000;
    const { stop, force } = listenForStopRequests(source, false, () => nowMs);
    expect(stop.aborted).toBe(false);
    source.emit('SIGINT');
    nowMs += 20;
    source.emit('SIGINT');
    expect([stop.aborted, force.aborted]).toEqual([true, false]);
    nowMs += 1_500;
    source.emit('SIGINT');
    expect(force.aborted).toBe(true);
  });

  it.each(['SIGTERM', 'SIGHUP'])('ends on %s', (signal) => {
    const source = new EventEmitter();
    const { stop } = listenForStopRequests(source, false);
    source.emit(signal);
    expect(stop.aborted).toBe(true);
  });

  it('ends when the process that started it is gone, and never at once for that', () => {
    const source = new EventEmitter();
    const { stop, force } = listenForStopRequests(source, true);
    source.emit('SIGTERM');
    source.emit('disconnect');
    expect([stop.aborted, force.aborted]).toEqual([true, false]);
    const alone = new EventEmitter();
    expect(listenForStopRequests(alone, false).stop.aborted).toBe(false);
    expect(alone.listenerCount('disconnect')).toBe(0);
  });
});
