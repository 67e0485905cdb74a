import { describe, expect, it } from 'vitest';
import { LoopActivity } from './loop-activity.js';

describe('LoopActivity', () => {
  const clock = { nowMs: 0 };
  const activity = (): LoopActivity => {
    clock.nowMs = 0;
    return new LoopActivity({ silenceMs: 100, overtimeMs: 10 }, () => clock.nowMs);
  };

  it('has no problem while each slot looks for jobs within the bound', () => {
    const loop = activity();
    for (clock.nowMs = 0; clock.nowMs <= 1_000; clock.nowMs += 100) {
      loop.slotSeen('a');
      loop.slotSeen('b');
      expect(loop.problem()).toBeUndefined();
    }
  });

  it('is silent when one slot stops looking, whatever the others do', () => {
    const loop = activity();
    loop.slotSeen('a');
    loop.slotSeen('b');
    clock.nowMs = 101;
    loop.slotSeen('a');
    expect(loop.problem()).toBe('silent');
    loop.slotSeen('b');
    expect(loop.problem()).toBeUndefined();
  });

  it('is silent when it never starts, and when all slots are gone', () => {
    const loop = activity();
    clock.nowMs = 101;
    expect(loop.problem()).toBe('silent');
    loop.slotSeen('a');
    loop.slotEnded('a');
    expect(loop.problem()).toBeUndefined();
    clock.nowMs = 202;
    expect(loop.problem()).toBe('silent');
    loop.loopSeen();
    expect(loop.problem()).toBeUndefined();
  });

  it('lets a job take its time, and no more', () => {
    const loop = activity();
    loop.jobStarted('a', 5_000);
    clock.nowMs = 5_010;
    expect(loop.problem()).toBeUndefined();
    clock.nowMs = 5_011;
    expect(loop.problem()).toBe('job beyond its time');
    loop.slotSeen('a');
    expect(loop.problem()).toBeUndefined();
  });
});
