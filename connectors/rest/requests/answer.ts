import { parseJson } from '#sdk/http';
import { Mapping } from '../template/values.js';

/** Headers as a template reads them: names in any case; `link` gives the links by their relation. */
export class Headers extends Mapping {
  readonly #values: ReadonlyMap<string, string>;
  constructor(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
    super();
    this.#values = new Map(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), typeof value !== 'string' ? value.join(', ') : value]],
      ),
    );
  }
  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }
  override item(key: string): unknown {
    return this.get(key);
  }
  override entries(): readonly (readonly [string, unknown])[] {
    return [...this.#values];
  }
}

/** Headers with the links of `Link` under `link`, as paging reads them; in any other spelling it is the text, as with the reference. */
export class HeadersWithLinks extends Headers {
  readonly #links: Record<string, unknown>;
  constructor(headers: Headers) {
    super(Object.fromEntries(headers.entries() as [string, string][]));
    this.#links = linksOf(headers.get('link') ?? '');
  }
  override item(key: string): unknown {
    return key === 'link' ? this.#links : super.item(key);
  }
}

/** `<https://…>; rel="next"`: the links by relation, each with its address. */
export function linksOf(header: string): Record<string, unknown> {
  const links: Record<string, unknown> = {};
  for (const [, address, rest] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    const fields = Object.fromEntries(
      Array.from((rest ?? '').matchAll(/;\s*([\w-]+)\s*=\s*"?([^";,]*)"?/g), ([, name, value]) => [name, value]),
    ) as Record<string, string>;
    links[fields['rel'] ?? address!] = { ...fields, url: address };
  }
  return links;
}

/** A request as it goes out. */
export interface WireParts {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Texts of its address that no error may show. */
  readonly hidden: () => readonly string[];
}

/**
 * An address for people: without its query, and without what may be of a member. A step of its path is hidden whole where records put a
 * word of it there, however they are joined and escaped, or where it cannot be read: to hide too much is the smaller harm.
 */
export function shownAddress({ url, hidden }: Pick<WireParts, 'url' | 'hidden'>): string {
  return url.origin + shownPath(url.pathname, hidden());
}

/** The same for a path, or for what is no address. */
export function shownPath(path: string, hidden: readonly string[]): string {
  const words = new Set(hidden.flatMap((value) => [...wordsOf(value), ...wordsOf(unescaped(value))]));
  if (words.size === 0) return path;
  const numbers = [...words].filter((word) => word.length >= LEAST_NUMBER && /\p{N}/u.test(word));
  const isHidden = (word: string) => words.has(word) || numbers.some((number) => word.includes(number));
  const steps = path.split('/').map((step) => {
    const text = unescaped(step);
    return text.includes('%') || wordsOf(text).some(isHidden) ? '…' : text;
  });
  return steps.join('/');
}

/** What has a value in a longer word is a name (`v1`), unless that is a longer number: `M{{ id }}`. */
const LEAST_NUMBER = 4;

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** What is no escape, or one of an escape, keeps its `%`. */
const unescaped = (text: string): string =>
  text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });

/** One answer of the API, whole; several streams may read it, so what one of them makes of it is kept elsewhere. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** What it answers, after redirects; undefined for a part of another answer. */
  readonly request: WireParts | undefined;
  #json: { readonly value: unknown } | undefined;

  constructor(status: number, headers: Headers, body: Uint8Array, request: WireParts | undefined) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.request = request;
  }

  /** Where it came from, without its query. */
  get url(): string {
    return this.request === undefined ? '' : this.request.url.origin + this.request.url.pathname;
  }

  /** The same for people. */
  get shownUrl(): string {
    return this.request === undefined ? '' : shownAddress(this.request);
  }

  get isOk(): boolean {
    return this.status < 400;
  }

  /** The body as JSON; an empty mapping where it is none, as templates of the reference see it. */
  json(): unknown {
    this.#json ??= { value: parsed(this.body) };
    return this.#json.value === NOT_JSON ? {} : this.#json.value;
  }

  /**
   * The same for one who may change what is in it: paging, and other streams that a kept answer goes to, find it as it came. What was parsed
   * already goes along, since mostly nobody else asks for it.
   */
  own(): Answer {
    const own = new Answer(this.status, this.headers, this.body, this.request);
    if (this.body.length === 0) own.#json = this.isJson ? structuredClone(this.#json) : undefined;
    else [own.#json, this.#json] = [this.#json, undefined];
    return own;
  }

  get isJson(): boolean {
    this.#json ??= { value: parsed(this.body) };
    return this.#json.value !== NOT_JSON;
  }

  /** For what is no answer of an API: a part of another one. */
  static of(value: unknown): Answer {
    const answer = new Answer(200, new Headers({}), new Uint8Array(), undefined);
    answer.#json = { value };
    return answer;
  }
}

const NOT_JSON = Symbol('not JSON');

function parsed(body: Uint8Array): unknown {
  if (body.length === 0) return NOT_JSON;
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return NOT_JSON;
  }
}
