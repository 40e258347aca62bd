import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { authenticator } from '../auth/authenticator.js';
import { NO_CREDENTIAL, tokensIn } from '../auth/credential.js';
import { isComponent, without, type Component } from '../manifest/text.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { sliceContext, textsOfRecords, type StreamSlice } from '../run/slice.js';
import { flatInput, nestedInput, Text, type Surroundings } from '../run/text.js';
import { textOf } from '../template/values.js';
import type { Answer } from './answer.js';
import type { Sent } from './api-client.js';
import { formText } from './encode.js';
import { errorHandler } from './error-handler.js';
import { merged, type Options } from './merge.js';
import { noParts, type RequestParts } from './request-option.js';

export interface Sending {
  readonly slice: StreamSlice;
  /** What paging gave for this page. */
  readonly pageToken?: unknown;
  /** The address of this page, where paging gives it whole or as a path. */
  readonly path?: string | undefined;
  /** What paging, cursor and partition add. */
  readonly parts?: RequestParts;
  /** Told of an answer that is no success and is ignored. */
  readonly onIgnored?: (answer: Answer) => void;
}

/** Sends the requests of one component of the manifest. */
export interface Requester {
  /** The answer, or nothing where the manifest ignores one that is no success. */
  send(sending: Sending): Promise<Answer | undefined>;
}

type Input = (context: Record<string, unknown>) => unknown;
/** A short form's answers are JSON; a manifest's may be anything, and get what the reference asks for. */
const ACCEPTS_JSON = { accept: 'application/json, */*' };

/** `listed` names the query parameter that takes the fields which a slice asks for. */
export function requester(node: Component, environment: Environment, listed?: string): Requester {
  const around = aroundOf(node, environment);
  const text = (name: string) =>
    typeof node[name] === 'string' && node[name] !== '' ? new Text(node[name], around) : undefined;
  const [urlBase, url, path] = [text('url_base'), text('url'), text('path')];
  const method = String(node['http_method'] ?? 'GET').toUpperCase();
  const params = optionsInput(node['request_parameters'], around);
  const headers = optionsInput(node['request_headers'], around);
  const body = bodyInputs(node, around);
  const baseAddress = () => (urlBase ?? url)?.text({ ...sliceContext(EMPTY), next_page_token: null }) ?? '';
  const auth = authenticator(isComponent(node['authenticator']) ? node['authenticator'] : undefined, environment, {
    baseUrl: baseAddress,
    login: (one) => requester(one, environment),
  });
  const handlerNode = isComponent(node['error_handler']) ? node['error_handler'] : undefined;
  const handler = errorHandler(handlerNode, environment);
  const isCached = node['use_cache'] === true;
  const timeout = Math.max(
    Number(node['read_timeout_in_seconds'] ?? 0),
    Number(node['connect_timeout_in_seconds'] ?? 0),
  );

  const addressOf = (context: Record<string, unknown>, given: string | undefined): string => {
    const base = urlBase?.text(context) ?? '';
    const own = url?.text(context) ?? '';
    const tail = given ?? path?.text(context).replace(/^\/+/, '') ?? '';
    if (
      given === undefined &&
      LEADS_ELSEWHERE.test(tail.replace(/[?#].*$/s, '')) &&
      !LEADS_ELSEWHERE.test(String(node['path']))
    )
      throw new ConnectorError(
        'source',
        'A value that stands in the path is "." or "..", which leads to another address',
        {
          hint: 'Look at `path`, and at the record or option that it reads.',
        },
      );
    const start = base === '' ? own : base;
    return tail === '' ? escaped(start) : joined(start, tail);
  };

  return {
    async send({ slice, pageToken, path: given, parts = noParts(), onIgnored }) {
      const context = {
        ...slice.extraFields,
        ...sliceContext(slice),
        next_page_token: pageToken === undefined ? null : { next_page_token: pageToken },
      };
      const fields =
        listed === undefined
          ? {}
          : { [listed]: (slice.extraFields['query_properties'] as readonly string[]).join(',') };
      const own = {
        query: params(context),
        head: headers(context),
        data: body.data(context),
        json: body.json(context),
      };
      const address = addressOf(context, given);
      const withCredential = (credential: RequestParts): Sent => {
        const query = merged('query', [
          own.query as Options | string,
          fields,
          credential.request_parameter,
          parts.request_parameter,
        ]);
        assertValues(query);
        const head = merged('headers', [own.head as Options | string, credential.header, parts.header]) as Options;
        const data = merged('form', [own.data as Options | string, credential.body_data, parts.body_data]);
        const json = merged('JSON body', [own.json as Options | string, credential.body_json, parts.body_json], true);
        const sent = encodedBody(data, json);
        return {
          url: withQuery(address, query),
          headers: { ...(environment.isShort ? ACCEPTS_JSON : {}), ...sent.headers, ...lowerCased(head) },
          body: sent.text,
        };
      };
      const signed = async () => {
        const credential = noParts();
        await auth.apply(credential);
        tokensIn(credential).forEach(environment.onToken);
        return withCredential(credential);
      };
      const bare = withCredential(noParts());
      return environment.client.send({
        method,
        ...bare,
        signed: auth === NO_CREDENTIAL ? undefined : signed,
        isSignedOnce: auth.isForOne === true,
        hidden: () => textsOfRecords(slice),
        handler,
        renew: auth.renew?.bind(auth),
        cachedAs: isCached
          ? JSON.stringify(auth.identity === undefined ? await signed() : [auth.identity(), bare])
          : undefined,
        onIgnored,
        timeoutMs: timeout > 0 ? timeout * 1000 : undefined,
      });
    },
  };
}

function assertValues(query: Options | string): void {
  const [name] = typeof query === 'string' ? [] : (Object.entries(query).find(([, value]) => isComponent(value)) ?? []);
  if (name === undefined) return;
  throw new ConnectorError('source', `The query parameter "${name}" is a mapping, which no address can hold`, {
    hint: 'Look at what gives it: a template of the parameters or of the paging, and the record or answer that it reads.',
  });
}

const EMPTY = { item: () => undefined, entries: () => [] } as unknown as StreamSlice;

/**
 * As Python's `urljoin` does once the base ends in a slash: an address of its own, a path from the root, or a path below the base,
 * in which steps without a name (of a template that came to nothing, say) are left out.
 */
function joined(base: string, path: string): string {
  // Without a base the path is the address, as where a job says where its result is.
  if (base === '') return escaped(path);
  const start = escaped(base.endsWith('/') ? base : `${base}/`);
  const isBelow = !/^[/?#]/.test(path) && !/^[a-z][a-z\d+.-]*:/i.test(path);
  const wanted = escaped(path);
  const [from, to] = isBelow ? [start.replace(BASE_PATH, oneSlash), wanted.replace(PATH, oneSlash)] : [start, wanted];
  return URL.parse(to, from)?.href ?? `${from}${to}`;
}

/**
 * What a configuration or a record puts into a path stays in it: `\` is no slash, and `%` is one unless two digits follow it; the same
 * for what the reference escapes and a browser does not.
 */
function escaped(address: string): string {
  const [, origin = '', path = '', rest = ''] = ADDRESS.exec(address) ?? [];
  const isEscaped = !/%(?![\da-f]{2})/i.test(path);
  const marks = isEscaped ? /[\\[\]|^]/g : /[%\\[\]|^]/g;
  const kept = path.replace(marks, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  // What needs no escape has none. A dot keeps its own, since it would lead elsewhere.
  const plain = kept.replace(/%[\da-f]{2}/gi, (escape) => {
    const letter = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w~-]/.test(letter) ? letter : escape.toUpperCase();
  });
  // A host ends before a `\`, and what follows is no part of its name.
  return `${origin}${origin !== '' && /^[^/]/.test(plain) ? '/' : ''}${plain}${rest}`;
}

const LEADS_ELSEWHERE = /(?:^|\/)(?:\.|%2e){1,2}(?=[/?#]|$)/i;
const ADDRESS = /^((?:[a-z][a-z\d+.-]*:)?\/\/[^/?#\\]*)?([^?#]*)(.*)$/is;
const BASE_PATH = /(?<=^[^/?#]*:\/\/[^/?#]*)\/[^?#]*/;
const PATH = /^[^?#]*/;
const oneSlash = (path: string) => path.replace(/\/{2,}/g, '/');

/** What the address says already, with the same value, is not said again: a link to the next page often has the size of pages. */
function withQuery(address: string, query: Options | string): string {
  const text = typeof query === 'string' ? query : formText(unsaid(query, address));
  if (text === '') return address;
  const [front = '', fragment] = address.split('#');
  const mark = !front.includes('?') ? '?' : front.endsWith('?') || front.endsWith('&') ? '' : '&';
  return `${front}${mark}${text}${fragment === undefined ? '' : `#${fragment}`}`;
}

function unsaid(query: Options, address: string): Options {
  const [, said] = /\?([^#]*)/.exec(address) ?? [];
  if (said === undefined) return query;
  const first = new URLSearchParams(said);
  return Object.fromEntries(
    Object.entries(query).filter(([name, value]) => {
      const given = first.get(name);
      return given === null || given === '' || Array.isArray(value) || textOf(value) !== given;
    }),
  );
}

function optionsInput(value: unknown, around: Surroundings): Input {
  if (typeof value === 'string') {
    const text = new Text(value, around);
    return (context) => {
      const made = text.value(context);
      return isComponent(made) ? withoutNulls(made) : textOf(made ?? '');
    };
  }
  if (!isComponent(value)) return () => ({});
  return flatInput(without(value, '$parameters'), around, ['string', 'list']);
}

const withoutNulls = (fields: Component): Component =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

function bodyInputs(node: Component, around: Surroundings): { readonly data: Input; readonly json: Input } {
  const body = isComponent(node['request_body']) ? node['request_body'] : undefined;
  const value = body?.['value'];
  switch (body?.['type']) {
    case 'RequestBodyPlainText':
    case 'RequestBodyUrlEncodedForm':
      return { data: optionsInput(value, around), json: () => ({}) };
    case 'RequestBodyJsonObject':
    case 'RequestBodyGraphQL':
      return { data: () => ({}), json: jsonInput(value, around) };
    default:
      return {
        data: optionsInput(node['request_body_data'], around),
        json: jsonInput(node['request_body_json'], around),
      };
  }
}

function jsonInput(value: unknown, around: Surroundings): Input {
  if (typeof value === 'string') return optionsInput(value, around);
  return isComponent(value) ? nestedInput(withoutParameters(value), around) : () => ({});
}

/** Parameters travel into whatever looks like a component; they are no part of a body. */
function withoutParameters(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutParameters);
  if (!isComponent(value)) return value;
  return Object.fromEntries(
    Object.entries(without(value, '$parameters')).map(([key, part]) => [key, withoutParameters(part)]),
  );
}

function encodedBody(
  data: Options | string,
  json: Options | string,
): { readonly text: string | undefined; readonly headers: Record<string, string> } {
  const isGiven = (part: Options | string) => (typeof part === 'string' ? part !== '' : Object.keys(part).length > 0);
  if (isGiven(json) && isGiven(data))
    throw new ConnectorError('config', 'A request of the manifest has two bodies, one of JSON and one of other data.', {
      hint: 'Keep `request_body_json` or `request_body_data`; paging, cursor and partitions put their parts into the same.',
    });
  if (isGiven(json))
    return { text: typeof json === 'string' ? json : writeJson(json), headers: { 'content-type': 'application/json' } };
  if (typeof data === 'string') return { text: data === '' ? undefined : data, headers: {} };
  if (Object.keys(data).length === 0) return { text: undefined, headers: {} };
  return { text: formText(data), headers: { 'content-type': 'application/x-www-form-urlencoded' } };
}

const lowerCased = (headers: Options): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), textOf(value)]));
