import { resourceTypes } from '@healthcare/fhir';

/** One operation of the API description, as much of OpenAPI 3.1 as is used here. */
export interface OperationDescription {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly Record<string, unknown>[];
  readonly requestBody?: Record<string, unknown>;
  readonly responses: Readonly<Record<string, Record<string, unknown>>>;
}

export type PathDescription = Readonly<Record<string, OperationDescription>>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Record<string, readonly string[]>[];
  readonly paths: Readonly<Record<string, PathDescription>>;
  readonly components: Record<string, unknown>;
}

const FHIR_JSON = { 'application/fhir+json': { schema: { type: 'object' } } };
const OPEN = [] as const;

const type = { name: 'type', in: 'path', required: true, schema: { $ref: '#/components/schemas/ResourceType' } };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9.-]{1,64}$' } };
const versionId = { name: 'versionId', in: 'path', required: true, schema: { type: 'string' } };

const query = (name: string, description: string): Record<string, unknown> => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
});
const header = (name: string, description: string): Record<string, unknown> => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});

const SHAPE = [
  query('_summary', 'true, text, data, count or false'),
  query('_elements', 'Names of the elements that are wanted, with commas between'),
  query('_pretty', 'true: indented'),
];
const PREFER = header('Prefer', 'return=minimal, return=representation or return=OperationOutcome');
const IF_MATCH = header('If-Match', 'ETag that the current version must have');
const IDEMPOTENCY_KEY = header('Idempotency-Key', 'A repetition with the same key is carried out once');

/**
 * The API described as OpenAPI: paths by interaction, not by resource type, since all types have the same.
 * What each type can be searched by is in the CapabilityStatement.
 */
export function openApiDocument(publicUrl: string, version: string): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Healthcare Backend',
      version,
      description:
        'FHIR R4 for many clinics. Search parameters by resource type: see the CapabilityStatement at /fhir/R4/metadata.',
    },
    servers: [{ url: publicUrl }],
    security: [{ oauth: [] }],
    paths: { ...FHIR_PATHS, ...OPERATOR_PATHS, ...HEALTH_PATHS },
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: `${publicUrl}/oauth/token`,
              scopes: { 'system/*.cruds': 'Everything, for a system' },
            },
            authorizationCode: {
              authorizationUrl: `${publicUrl}/oauth/auth`,
              tokenUrl: `${publicUrl}/oauth/token`,
              scopes: { 'user/*.cruds': 'Everything that the user may do' },
            },
          },
        },
      },
      schemas: { ResourceType: { type: 'string', enum: resourceTypes } },
    },
  };
}

function operation(
  tag: string,
  summary: string,
  responses: Readonly<Record<string, string>>,
  more: Omit<OperationDescription, 'summary' | 'tags' | 'responses'> = {},
): OperationDescription {
  const described = Object.entries(responses).map(([status, description]) => [
    status,
    {
      description,
      ...(status === '204' || status === '304' || tag === 'Health' || tag === 'Operator' ? {} : { content: FHIR_JSON }),
    },
  ]);
  return {
    summary,
    tags: [tag],
    ...more,
    responses: Object.fromEntries(described) as OperationDescription['responses'],
  };
}

const RESOURCE_BODY = { required: true, content: FHIR_JSON };
const NOT_FOUND = { '404': 'There never was such a resource', '410': 'It was deleted' };

const FHIR_PATHS: Readonly<Record<string, PathDescription>> = {
  '/fhir/R4/metadata': {
    get: operation('Server', 'CapabilityStatement', { '200': 'What this server can do' }, { security: OPEN }),
  },
  '/fhir/R4': {
    post: operation(
      'Server',
      'Batch or transaction',
      { '200': 'A response Bundle', '400': 'The bundle, or a resource of a transaction, is invalid' },
      { parameters: [PREFER, IDEMPOTENCY_KEY], requestBody: RESOURCE_BODY },
    ),
  },
  '/fhir/R4/_history': {
    get: operation(
      'Server',
      'History of the system',
      { '200': 'A history Bundle' },
      {
        parameters: [query('_since', 'Versions from this instant on'), query('_count', 'Versions a page'), ...SHAPE],
      },
    ),
  },
  '/fhir/R4/{type}': {
    get: operation(
      'Type',
      'Search',
      { '200': 'A searchset Bundle', '400': 'A parameter is unknown or malformed' },
      {
        parameters: [
          type,
          query('_count', 'Matches a page'),
          query('_sort', '_lastUpdated or -_lastUpdated'),
          query('_total', 'none, estimate or accurate'),
          ...SHAPE,
        ],
      },
    ),
    post: operation(
      'Type',
      'Create',
      { '201': 'Created', '200': 'If-None-Exist matched it', '400': 'Invalid' },
      {
        parameters: [type, PREFER, header('If-None-Exist', 'Search that must match nothing'), IDEMPOTENCY_KEY],
        requestBody: RESOURCE_BODY,
      },
    ),
    put: operation(
      'Type',
      'Conditional update',
      { '200': 'Updated', '201': 'Created', '412': 'Several match' },
      {
        parameters: [type, PREFER, IF_MATCH],
        requestBody: RESOURCE_BODY,
      },
    ),
    delete: operation(
      'Type',
      'Conditional delete',
      { '204': 'Deleted, or there was none', '412': 'Several match' },
      {
        parameters: [type, IF_MATCH],
      },
    ),
  },
  '/fhir/R4/{type}/_search': {
    post: operation(
      'Type',
      'Search with the parameters in the body',
      { '200': 'A searchset Bundle' },
      {
        parameters: [type],
        requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } },
      },
    ),
  },
  '/fhir/R4/{type}/_history': {
    get: operation(
      'Type',
      'History of a type',
      { '200': 'A history Bundle' },
      {
        parameters: [
          type,
          query('_since', 'Versions from this instant on'),
          query('_count', 'Versions a page'),
          ...SHAPE,
        ],
      },
    ),
  },
  '/fhir/R4/{type}/{id}': {
    get: operation(
      'Instance',
      'Read',
      { '200': 'The resource', '304': 'The caller has it', ...NOT_FOUND },
      {
        parameters: [
          type,
          id,
          header('If-None-Match', 'ETag that the caller has'),
          header('If-Modified-Since', 'HTTP date'),
          ...SHAPE,
        ],
      },
    ),
    put: operation(
      'Instance',
      'Update, or create under this id',
      { '200': 'Updated', '201': 'Created', '400': 'Invalid', '412': 'Not at the version of If-Match' },
      {
        parameters: [type, id, PREFER, IF_MATCH, header('If-None-Match', '*: only if there is none')],
        requestBody: RESOURCE_BODY,
      },
    ),
    delete: operation(
      'Instance',
      'Delete',
      { '204': 'Deleted, or there was none', '412': 'Not at the version of If-Match' },
      {
        parameters: [type, id, IF_MATCH],
      },
    ),
  },
  '/fhir/R4/{type}/{id}/_history': {
    get: operation(
      'Instance',
      'History of a resource',
      { '200': 'A history Bundle', '404': 'There never was one' },
      {
        parameters: [
          type,
          id,
          query('_since', 'Versions from this instant on'),
          query('_count', 'Versions a page'),
          ...SHAPE,
        ],
      },
    ),
  },
  '/fhir/R4/{type}/{id}/_history/{versionId}': {
    get: operation(
      'Instance',
      'Read a version',
      { '200': 'That version', ...NOT_FOUND },
      {
        parameters: [type, id, versionId, ...SHAPE],
      },
    ),
  },
};

const OPERATOR_PATHS: Readonly<Record<string, PathDescription>> = {
  '/operator/signing-keys': {
    get: operation('Operator', 'The keys that tokens are signed with', { '200': 'Their ids and times' }),
    post: operation(
      'Operator',
      'Rotate the signing key',
      { '201': 'A new key takes over' },
      { parameters: [query('immediately', 'true: now, and tokens of the old one are refused')] },
    ),
  },
};

const probe = (summary: string): PathDescription => ({
  get: operation('Health', summary, { '200': 'Yes', '503': 'No' }, { security: OPEN }),
});

const HEALTH_PATHS: Readonly<Record<string, PathDescription>> = {
  '/health': probe('Report over what the server needs'),
  '/health/live': probe('Does the process run?'),
  '/health/ready': probe('Can it serve requests now?'),
  '/health/startup': probe('Has it started?'),
};
