/** How far the process is: what the probes tell. */
export class Lifecycle {
  #state: 'starting' | 'serving' | 'draining' = 'starting';

  get isStarted(): boolean {
    return this.#state !== 'starting';
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Everything is up. */
  started(): void {
    if (this.#state === 'starting') {
      this.#state = 'serving';
    }
  }

  /** The end has begun: readiness is off from now on, and never comes back. */
  draining(): void {
    this.#state = 'draining';
  }
}
