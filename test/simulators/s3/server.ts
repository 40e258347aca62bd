import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One bucket behind the requests that a reader and mover of objects sends, path style, signed by Signature Version 4. */
export interface S3Simulator {
  readonly url: string;
  readonly requests: readonly string[];
  put(key: string, body: string | Uint8Array): void;
  keys(): readonly string[];
  /** The next bodies break off after so many bytes each. */
  breakAfter(...bytes: number[]): void;
  close(): Promise<void>;
}

export interface S3SimulatorOptions {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Objects in one page of a listing, at most. */
  readonly page?: number;
}

export async function startS3Simulator(options: S3SimulatorOptions): Promise<S3Simulator> {
  const objects = new Map<string, { readonly body: Buffer; readonly tag: string; readonly at: Date }>();
  const requests: string[] = [];
  const breaks: number[] = [];
  const put = (key: string, body: string | Uint8Array) => {
    const bytes = Buffer.from(body);
    objects.set(key, { body: bytes, tag: `"${createHash('md5').update(bytes).digest('hex')}"`, at: new Date() });
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://storage');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const key = rest.map(decodeURIComponent).join('/');
    requests.push(`${request.method} ${key === '' ? `?${url.searchParams.get('continuation-token') ?? ''}` : key}`);
    const refusal = refusalOf(request, url, options);
    if (refusal !== undefined) return fail(response, 403, refusal, request.method);
    if (bucket !== options.bucket) return fail(response, 404, 'NoSuchBucket', request.method);
    if (key === '') return list(response, url.searchParams);
    if (request.method === 'POST' || url.searchParams.has('uploadId') || isBody(request))
      return void bodyOf(request).then((body) => write(request, response, url.searchParams, key, body));
    if (request.method === 'PUT') {
      const [, ...from] = decodeURIComponent(String(request.headers['x-amz-copy-source'] ?? '')).split('/');
      const source = objects.get(from.join('/'));
      if (source === undefined) return fail(response, 404, 'NoSuchKey');
      put(key, source.body);
      return response.end(`<CopyObjectResult><ETag>${source.tag}</ETag></CopyObjectResult>`);
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return response.writeHead(204).end();
    }
    const found = objects.get(key);
    if (found === undefined) return fail(response, 404, 'NoSuchKey', request.method);
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== found.tag) return fail(response, 412, 'PreconditionFailed', request.method);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = found.body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': part.length,
      etag: found.tag,
      'last-modified': found.at.toUTCString(),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${found.body.length - 1}/${found.body.length}` } : {}),
    });
    if (request.method === 'HEAD') return response.end();
    const limit = breaks.shift();
    if (limit === undefined) return response.end(part);
    return response.write(part.subarray(0, limit), () => response.destroy());
  });
  const uploads = new Map<string, Map<number, Buffer>>();
  /** What a writer sends: an object, or the steps of one in parts. */
  const write = (
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    key: string,
    body: Buffer,
  ) => {
    const md5 = request.headers['content-md5'];
    if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64'))
      return fail(response, 400, 'BadDigest');
    const id = query.get('uploadId');
    const parts = id === null ? undefined : uploads.get(id);
    if (id !== null && parts === undefined) return fail(response, 404, 'NoSuchUpload');
    if (query.has('uploads')) {
      const started = `upload-${uploads.size + 1}`;
      uploads.set(started, new Map());
      return response.end(
        `<InitiateMultipartUploadResult><UploadId>${started}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (request.method === 'DELETE') {
      uploads.delete(id!);
      return response.writeHead(204).end();
    }
    if (request.method === 'POST') {
      const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) =>
        Number(number),
      );
      if (numbers.some((number) => !parts!.has(number))) return fail(response, 400, 'InvalidPart');
      put(key, Buffer.concat(numbers.map((number) => parts!.get(number)!)));
      uploads.delete(id!);
      return response.end('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
    }
    if (parts === undefined) {
      if (request.headers['if-none-match'] === '*' && objects.has(key))
        return fail(response, 412, 'PreconditionFailed');
      put(key, body);
    } else parts.set(Number(query.get('partNumber')), body);
    return response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
  };
  const list = (response: ServerResponse, query: URLSearchParams) => {
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .toSorted();
    const page = keys.slice(0, options.page ?? 1_000);
    const isCut = page.length < keys.length;
    const contents = page.map((key) => {
      const { body, tag, at } = objects.get(key)!;
      return `<Contents><Key>${xml(key)}</Key><LastModified>${at.toISOString()}</LastModified><ETag>${xml(tag)}</ETag><Size>${body.length}</Size></Contents>`;
    });
    response.setHeader('content-type', 'application/xml');
    response.end(
      `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${isCut}</IsTruncated>${
        isCut ? `<NextContinuationToken>${xml(page.at(-1)!)}</NextContinuationToken>` : ''
      }${contents.join('')}</ListBucketResult>`,
    );
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put,
    keys: () => [...objects.keys()].toSorted(),
    breakAfter: (...bytes) => void breaks.push(...bytes),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const isBody = ({ method, headers }: IncomingMessage) => method === 'PUT' && headers['x-amz-copy-source'] === undefined;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function fail(response: ServerResponse, status: number, code: string, method?: string) {
  response.writeHead(status, { 'content-type': 'application/xml' });
  // A HEAD has no body, so its error has no name.
  return response.end(
    method === 'HEAD'
      ? undefined
      : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}

/** AWS, "Signature Version 4 for API requests": the name of the error where key or signature is wrong. */
function refusalOf(request: IncomingMessage, url: URL, options: S3SimulatorOptions): string | undefined {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
    request.headers.authorization ?? '',
  );
  if (parts === null) return 'AccessDenied';
  const [, id, scope = '', signed = '', signature] = parts;
  if (id !== options.accessKeyId) return 'InvalidAccessKeyId';
  const encoded = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (at) => `%${at.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).toSorted();
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    query.join('&'),
    headers.join(''),
    signed,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  let key: string | Buffer = `AWS4${options.secretAccessKey}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}
