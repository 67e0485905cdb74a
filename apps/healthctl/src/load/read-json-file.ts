import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { transactionOf } from './bundle-request.js';
import { hashBytes } from './content-hash.js';
import type { LoadFile } from './model.js';
import { decodeUtf8, parseResource } from './parse-resource.js';

/** A .json file, ready to be sent. */
export interface JsonSubmission {
  readonly contentHash: string;
  readonly bundleType: 'transaction' | 'batch';
  readonly body: Buffer;
  /** By entry: its fullUrl where it has one. */
  readonly fullUrls: readonly (string | undefined)[];
  readonly resourceTypes: readonly string[];
  /** It refers to resources by search (`Practitioner?identifier=…`), which may resolve once other files are in. */
  readonly hasConditionalReferences: boolean;
}

export interface UnreadableJson {
  readonly problem: string;
}

const conditionalReference = /"reference"\s*:\s*"[A-Za-z]+\?/;

/**
 * Reads a transaction or batch, which goes to the server byte by byte as it is in the file, or any other resource,
 * which is stored as such: also a Bundle of type document or collection, as FHIR has it for a resource that is sent.
 */
export async function readJsonFile(file: LoadFile): Promise<JsonSubmission | UnreadableJson> {
  const stored = await readFile(file.path);
  const contentHash = hashBytes(stored);
  let bytes: Buffer = stored;
  if (file.gzip) {
    try {
      bytes = await promisify(gunzip)(stored);
    } catch {
      return { problem: 'The file cannot be decompressed.' };
    }
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    return { problem: 'The file is not UTF-8.' };
  }
  const resource = parseResource(text);
  if ('problem' in resource) {
    return resource;
  }
  const hasConditionalReferences = conditionalReference.test(text);
  const { type, entry } = resource.value as { type?: unknown; entry?: unknown };
  if (resource.resourceType === 'Bundle' && (type === 'transaction' || type === 'batch')) {
    const entries = Array.isArray(entry) ? (entry as unknown[]) : [];
    return {
      contentHash,
      bundleType: type,
      body: Buffer.from(text),
      fullUrls: entries.map((item) => stringAt(item, 'fullUrl')),
      resourceTypes: entries.map((item) => stringAt(propertyOf(item, 'resource'), 'resourceType') ?? 'none'),
      hasConditionalReferences,
    };
  }
  return {
    contentHash,
    bundleType: 'transaction',
    body: transactionOf([{ ...resource, text }]),
    fullUrls: [undefined],
    resourceTypes: [resource.resourceType],
    hasConditionalReferences,
  };
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function stringAt(value: unknown, name: string): string | undefined {
  const property = propertyOf(value, name);
  return typeof property === 'string' ? property : undefined;
}
