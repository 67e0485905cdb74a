import { Controller, Get, Header, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '../../platform/logging/index.js';
import { callerOf } from '../caller-of.js';
import { requireOperator } from '../require-scope.js';
import { KeyRing } from './key-ring.js';

interface SigningKeyStatus {
  readonly kid: string;
  readonly activeFrom: string;
  /** Until when its tokens are accepted; absent: no end is set. */
  readonly retireAt?: string;
  readonly isSigning: boolean;
}

/** The keys that sign tokens, for operators. They are those of the whole server and not of one clinic. */
@Controller('operator/signing-keys')
export class SigningKeysController {
  constructor(
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Req() request: FastifyRequest): Promise<{ keys: SigningKeyStatus[] }> {
    requireOperator(callerOf(request));
    return this.#status();
  }

  /** Makes a new key. With `?immediately=true` all tokens end at once, the caller's own too: for a key that leaked. */
  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  async rotate(
    @Req() request: FastifyRequest,
    @Query('immediately') immediately?: string,
  ): Promise<{ keys: SigningKeyStatus[] }> {
    const caller = callerOf(request);
    requireOperator(caller);
    await this.keys.rotate({ immediately: immediately === 'true' });
    this.logger.warn({ clientId: caller.clientId, subject: caller.subject, immediately }, 'signing key rotated');
    return this.#status();
  }

  async #status(): Promise<{ keys: SigningKeyStatus[] }> {
    const { signing, published } = await this.keys.keySet();
    return {
      keys: published.map(({ kid, activeFromMs, retireAtMs }) => ({
        kid,
        activeFrom: new Date(activeFromMs).toISOString(),
        ...(retireAtMs === undefined ? {} : { retireAt: new Date(retireAtMs).toISOString() }),
        isSigning: kid === signing.kid,
      })),
    };
  }
}
