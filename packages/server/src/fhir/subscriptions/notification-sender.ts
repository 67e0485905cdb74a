import { Agent, type Dispatcher } from 'undici';
import { type Channel, parseHeader, PAYLOAD } from './channel.js';
import { guardedConnector, ReceiverRefused, type ResolveAll } from './guarded-connector.js';
import type { NetworkPolicy } from './network-policy.js';

/** One notification. */
export interface Notification {
  readonly channel: Channel;
  readonly resourceType: string;
  readonly resourceId: string;
  /** The version as JSON, for a channel with a payload. */
  readonly body: string;
  readonly requestId: string;
}

/** What became of it. `reason` says what is wrong with the receiver in words that carry nothing of its answer. */
export type DeliveryOutcome =
  | { readonly delivered: true }
  | { readonly delivered: false; readonly reason: string; readonly isFinal: boolean };

export interface SenderSettings {
  readonly connectTimeoutMs: number;
  /** For the whole of one delivery. */
  readonly timeoutMs: number;
  readonly resolveAll?: ResolveAll;
}

/** The receiver's answer says nothing but its status; so much of it is read to keep the connection usable. */
const ANSWER_LIMIT_BYTES = 16_384;
const MAX_ANSWER_HEADER_BYTES = 16_384;

/**
 * Sends notifications of rest-hook channels (R4, SubscriptionChannelType): a POST without a body to the endpoint, or,
 * with a payload, an update of the resource with the endpoint as the base, `PUT [endpoint]/[type]/[id]`.
 *
 * Redirects are not followed: they would lead past the check of the endpoint, with the subscriber's credentials.
 */
export class NotificationSender {
  readonly #agent: Agent;

  constructor(
    networks: NetworkPolicy,
    private readonly settings: SenderSettings,
  ) {
    this.#agent = new Agent({
      connect: guardedConnector(networks, settings),
      maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
      headersTimeout: settings.timeoutMs,
      bodyTimeout: settings.timeoutMs,
      // Behind an endpoint with several replicas a connection should not stay for ever.
      keepAliveTimeout: 10_000,
      pipelining: 1,
    });
  }

  /** @throws What `signal` aborts with, and nothing else. */
  async send(notification: Notification, signal: AbortSignal): Promise<DeliveryOutcome> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.settings.timeoutMs);
    const abort = (): void => deadline.abort();
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const answer = await this.#agent.request({ ...requestOf(notification), signal: deadline.signal });
      await answer.body.dump({ limit: ANSWER_LIMIT_BYTES, signal: deadline.signal }).catch(() => {});
      return answer.statusCode >= 200 && answer.statusCode < 300
        ? { delivered: true }
        : { delivered: false, reason: `it answered HTTP ${answer.statusCode}`, isFinal: false };
    } catch (error) {
      signal.throwIfAborted();
      return {
        delivered: false,
        reason: deadline.signal.aborted ? 'it did not answer in time' : reasonOf(error),
        isFinal: error instanceof ReceiverRefused,
      };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function requestOf({ channel, resourceType, resourceId, body, requestId }: Notification): Dispatcher.RequestOptions {
  const url = new URL(channel.endpoint!);
  const headers = [...(channel.header ?? []).flatMap((line) => parseHeader(line) ?? []), 'x-request-id', requestId];
  if (channel.payload === undefined) {
    return { origin: url.origin, path: url.pathname + url.search, method: 'POST', headers };
  }
  return {
    origin: url.origin,
    path: `${url.pathname.replace(/\/+$/, '')}/${resourceType}/${resourceId}${url.search}`,
    method: 'PUT',
    headers: [...headers, 'content-type', PAYLOAD],
    body,
  };
}

const REASONS: Readonly<Record<string, string>> = {
  RECEIVER_REFUSED: 'it has no address that this server sends to',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it could not be connected to in time',
  ETIMEDOUT: 'it could not be connected to in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_OVERFLOW: 'its answer is too long',
};

function reasonOf(error: unknown): string {
  const code =
    error instanceof AggregateError ? (error.errors[0] as { code?: unknown }).code : (error as { code?: unknown }).code;
  if (typeof code !== 'string') {
    return 'it could not be reached';
  }
  return REASONS[code] ?? `it could not be reached (${code})`;
}
