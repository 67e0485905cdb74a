import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { describeError, type Logger } from '../../platform/logging/index.js';
import type { KeyRing, KeySet } from '../keys/key-ring.js';
import { buildProvider, type ProviderParts } from './build-provider.js';

export interface RunningProvider {
  readonly provider: Provider;
  /** Answers a request whose URL begins below the mount path. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/**
 * The authorization server with the keys of now.
 *
 * oidc-provider takes its keys once, so it is built anew when they change; requests that are under way end with the
 * one they began with.
 */
export class ProviderSource {
  #built: (RunningProvider & { readonly version: string }) | undefined;

  constructor(
    private readonly parts: ProviderParts,
    private readonly keys: KeyRing,
    private readonly logger: Logger,
  ) {}

  async current(): Promise<RunningProvider> {
    const keySet = await this.keys.keySet();
    const version = versionOf(keySet);
    if (this.#built?.version !== version) {
      const provider = this.#build(keySet);
      this.#built = { provider, handle: provider.callback(), version };
    }
    return this.#built;
  }

  #build(keySet: KeySet): Provider {
    const provider = buildProvider(this.parts, keySet);
    const onFailure = (error: unknown): void => {
      this.logger.error({ err: describeError(error) }, 'authorization server failed');
    };
    provider.on('server_error', (_ctx, error) => onFailure(error));
    // Koa's own event, which the types of oidc-provider do not list; without a listener it writes to the console.
    (provider as EventEmitter).on('error', onFailure);
    return provider;
  }
}

function versionOf({ signing, published }: KeySet): string {
  return [signing.kid, ...published.map(({ kid }) => kid)].join(' ');
}
