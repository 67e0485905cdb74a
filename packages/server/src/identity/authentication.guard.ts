import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { IdentityConfig } from './identity-config.js';
import { protectedResourceMetadataUrl } from './metadata/protected-resource-metadata.js';
import { IS_PUBLIC } from './public.js';
import { AccessTokenVerifier } from './tokens/access-token-verifier.js';
import { InvalidTokenError } from './tokens/invalid-token-error.js';
import { CONFIG } from '../platform/platform.module.js';

/** Every route needs an access token, unless it says that it is public. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  readonly #challenge: Readonly<Record<string, string>>;

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AccessTokenVerifier) private readonly verifier: AccessTokenVerifier,
    @Inject(CONFIG) config: IdentityConfig,
  ) {
    this.#challenge = { resource_metadata: protectedResourceMetadataUrl(config) };
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (isPublic === true) {
      return true;
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      request.caller = await this.verifier.verify(bearerToken(request.headers.authorization));
    } catch (error) {
      throw error instanceof InvalidTokenError ? error.withChallenge(this.#challenge) : error;
    }
    return true;
  }
}

/** RFC 6750, section 2.1: only the header counts, never the query or the body, which end up in logs. */
function bearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw new InvalidTokenError('missing');
  }
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) {
    throw new InvalidTokenError('malformed');
  }
  return token;
}
