import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; absent on public routes. */
    caller?: Caller;
  }
}

/**
 * Who makes this request.
 *
 * @throws {Error} on a route that is open to anyone: there nobody was asked who they are.
 */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) {
    throw new Error('This route is public: there is no caller.');
  }
  return request.caller;
}
