import { SaxesParser } from 'saxes';
import { ConnectorError } from '#sdk';
import type { BodyParser } from '#sdk/http';

/** One object of a SOAP answer: texts by path, such as `SendID` or `Email.ID`; null for `xsi:nil` and for an empty element. */
export type SoapObject = Readonly<Record<string, string | null>>;

export interface SoapFault {
  readonly code: string;
  readonly text: string;
  /** Of `detail/apifault`, where the server says more. */
  readonly apiCode?: string;
  readonly apiMessage?: string;
}

export interface SoapAnswer {
  /** `OverallStatus`; empty where there is none. */
  readonly status: string;
  readonly requestId: string;
  readonly results: readonly SoapObject[];
  readonly fault?: SoapFault;
}

/** Bytes that the parser is given at a time, so that no string is as long as the body. */
const CHUNK_BYTES = 64 * 1024;

/** Where texts beside the results stand, by the end of their path. */
const PLACES: readonly (readonly [suffix: string, name: string])[] = [
  ['RetrieveResponseMsg/OverallStatus', 'status'],
  ['RetrieveResponseMsg/RequestID', 'requestId'],
  ['Fault/faultcode', 'code'],
  ['Fault/faultstring', 'text'],
  ['apifault/Code', 'apiCode'],
  ['apifault/Message', 'apiMessage'],
];

/** Reads a SOAP answer piece by piece. A body that ends early, or is no SOAP, throws: `transient` where the server had a fault. */
export const parseSoap: BodyParser = (body, { status }) => {
  const answer = readSoap(body);
  if (answer !== undefined) return answer;
  if (status >= 500)
    throw new ConnectorError('transient', `answered ${status} without a SOAP fault`, {
      hint: 'Marketing Cloud has a fault of its own. Try again later, or look at https://status.salesforce.com.',
    });
  throw new ConnectorError(
    'source',
    `answered ${status} with a body that is broken or no SOAP (${body.length} bytes)`,
    {
      hint: 'A proxy or a maintenance page may be answering in place of the API.',
    },
  );
};

function readSoap(body: Uint8Array): SoapAnswer | undefined {
  const found: Record<string, string> = {};
  const results: SoapObject[] = [];
  const parser = new SaxesParser();
  const path: string[] = [];
  /** Depth of the `Results` element that is open; 0: none. */
  let resultsDepth = 0;
  let object: Record<string, string | null> = {};
  let text = '';
  let isLeaf = false;
  let isSoap = false;
  const state = { isBroken: false };
  parser.on('error', () => {
    state.isBroken = true;
  });
  parser.on('opentag', ({ name }) => {
    const local = localName(name);
    path.push(local);
    isSoap ||= path.length === 1 && local === 'Envelope';
    if (resultsDepth === 0 && local === 'Results' && path.at(-2) === 'RetrieveResponseMsg') {
      resultsDepth = path.length;
      object = {};
    }
    text = '';
    isLeaf = true;
  });
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('cdata', (more) => {
    text += more;
  });
  parser.on('closetag', () => {
    if (path.length === resultsDepth) {
      results.push(object);
      resultsDepth = 0;
    } else if (isLeaf && resultsDepth > 0) {
      const isOwn = path.length === resultsDepth + 1;
      object[isOwn ? path.at(-1)! : path.slice(resultsDepth).join('.')] = text === '' ? null : text;
    } else if (isLeaf) {
      const end = path.slice(-2).join('/');
      const place = PLACES.find(([suffix]) => suffix === end);
      if (place !== undefined) found[place[1]] = text.trim();
    }
    path.pop();
    text = '';
    isLeaf = false;
  });
  const decoder = new TextDecoder();
  for (let at = 0; at < body.length && !state.isBroken; at += CHUNK_BYTES)
    parser.write(decoder.decode(body.subarray(at, at + CHUNK_BYTES), { stream: true }));
  // The end of the document is where an element that was not closed shows.
  if (!state.isBroken) parser.write(decoder.decode()).close();
  if (state.isBroken || !isSoap) return undefined;
  const { status = '', requestId = '', code, text: faultText = '', apiCode, apiMessage } = found;
  const fault =
    code === undefined
      ? {}
      : {
          fault: {
            code,
            text: faultText,
            ...(apiCode === undefined ? {} : { apiCode }),
            ...(apiMessage === undefined ? {} : { apiMessage }),
          },
        };
  return { status, requestId, results, ...fault };
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
