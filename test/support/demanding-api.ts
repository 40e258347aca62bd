import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import zlib from 'node:zlib';
import { RESULTS } from './campaigns.js';
import type { ScriptedAnswer, SeenRequest } from './scripted-api.js';

/** What the API knows of those who sign their requests. */
export const SIGNERS = {
  shared_key: 'a key that both have, longer than a hash',
  passphrase: 'open',
  private_key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'open',
  }) as string,
};

/** Header and claims of a token that is signed as it says and good now; undefined for any other. */
export function claimsOf(token: string): { readonly header: any; readonly claims: any } | undefined {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [head, body].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as any);
  const sent = Buffer.from(signature, 'base64url');
  const isSigned =
    header.alg === 'HS256'
      ? createHmac('sha256', Buffer.from(SIGNERS.shared_key).toString('base64'))
          .update(`${head}.${body}`)
          .digest()
          .equals(sent)
      : verify('sha256', Buffer.from(`${head}.${body}`), { key: PUBLIC, dsaEncoding: 'ieee-p1363' }, sent);
  const now = Date.now() / 1000;
  return isSigned && claims.nbf <= now + 1 && claims.exp > now ? { header, claims } : undefined;
}
const PUBLIC = createPublicKey(createPrivateKey({ key: SIGNERS.private_key, passphrase: SIGNERS.passphrase }));

/** An API that wants signatures and sessions, packs what it answers, and has limits. */
export function demandingApi({ path, method, query: pairs, headers, body }: SeenRequest): ScriptedAnswer {
  const query: Readonly<Record<string, string>> = Object.fromEntries(pairs);
  const [offset, limit] = [Number(query['offset'] ?? 0), Number(query['limit'] ?? 100)];
  switch (path) {
    case '/signed': {
      const token = query['assertion'] ?? headers['authorization']?.split(' ')[1];
      const found = token === undefined ? undefined : claimsOf(token);
      return found === undefined
        ? { status: 401, body: { message: 'not signed' } }
        : { body: { data: [{ id: 1, by: found.header.alg, lives: found.claims.exp - found.claims.iat }] } };
    }
    case '/sessions':
      return JSON.parse(body).username === 'u' ? { body: { key: 'taken-anew' } } : { status: 401, body: {} };
    case '/session':
      return headers['x-session'] === 'good' ? { body: { user: 'u' } } : { status: 401, body: {} };
    case '/packed/csv':
      return { body: zlib.gzipSync('id;name\n1;"a;b"\n2;c\n') };
    case '/packed/jsonl':
      return { body: zlib.gzipSync('{"id":1}\n{"id":2,"a":[null]}\n') };
    case '/packed/zip':
      return { body: zipOf('rows.json', '{"data":[{"id":1},{"id":2}]}') };
    case '/packed/report':
      return { body: zlib.gzipSync('id,name,note\n1,NA,x\n2,"two\nlines",\n') };
    case '/ready':
      return method === 'POST'
        ? { body: { id: 'j7' } }
        : { body: { state: 'DONE', url: `http://${headers['host']}/packed/report` } };
    case '/deleted/j7':
      return { body: {} };
    case '/capped': {
      // So many records of one question, and then no more.
      if (offset >= 8) return { status: 400, body: { message: 'too deep' } };
      const rows = RESULTS.filter(({ at }) => at >= query['from']! && at <= query['to']!);
      const sorted = rows.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id - b.id));
      return { body: { data: sorted.slice(offset, offset + limit) } };
    }
    case '/heavy':
      // From the fifth record on even three are too many.
      return limit > (offset >= 4 ? 2 : 5)
        ? { status: 502, body: {} }
        : { body: { data: RESULTS.slice(0, 9).slice(offset, offset + limit) } };
    case '/wide': {
      const days = (Date.parse(query['to']!) - Date.parse(query['from']!)) / 86_400_000;
      if (days > 2) return { status: 413, body: {} };
      const wanted = query['campaign'];
      return {
        body: {
          data: RESULTS.filter(
            ({ day, campaign_id: id }) =>
              day >= query['from']! && day <= query['to']! && (wanted === undefined || String(id) === wanted),
          ),
        },
      };
    }
    default:
      return { status: 404, body: { message: `no ${path}` } };
  }
}

/** An archive of one file, stored as it is. */
function zipOf(name: string, text: string): Buffer {
  const [file, title] = [Buffer.from(text), Buffer.from(name)];
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt32LE(zlib.crc32(file), 10);
  facts.writeUInt32LE(file.length, 14);
  facts.writeUInt32LE(file.length, 18);
  facts.writeUInt16LE(title.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, title, file]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), facts, Buffer.alloc(14), title]);
  central.writeUInt32LE(0, 42);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
