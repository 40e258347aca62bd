import type { HttpClock } from '#sdk/http';
import { componentsOf } from '../manifest/load.js';
import type { Component } from '../manifest/text.js';
import { Text, type Surroundings } from '../run/text.js';
import { parseIsoDuration } from '../time/date-time.js';
import { ConnectorError } from '#sdk';
import type { Answer } from './answer.js';
import { fieldMatcher } from './pattern.js';

export interface BudgetedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** The calls that an API allows, as the manifest says. */
export interface ApiBudget {
  /** Waits until a call may be made, and counts it. */
  take(request: BudgetedRequest, signal: AbortSignal): Promise<void>;
  /** Learns from an answer that no call is left, or when there will be. */
  answered(request: BudgetedRequest, answer: Answer): void;
}

/** Calls within spans of time that move along: each limit holds for any span of its length. */
interface Policy {
  readonly matches: (request: BudgetedRequest) => boolean;
  readonly weightOf: (request: BudgetedRequest) => number;
  /** When a call of this weight may be made, in ms since 1970. */
  readonly readyAt: (now: number, weight: number) => number;
  readonly count: (now: number, weight: number) => void;
  readonly exhausted: (until: number) => void;
}

export function apiBudget(node: Component | undefined, around: Surroundings, clock: HttpClock): ApiBudget {
  const policies = componentsOf(node?.['policies']).map((policy) => policyOf(policy, around));
  const resetHeader = textField(node, 'ratelimit_reset_header', 'ratelimit-reset');
  const remainingHeader = textField(node, 'ratelimit_remaining_header', 'ratelimit-remaining');
  const hitCodes = new Set(
    (node?.['status_codes_for_ratelimit_hit'] as readonly unknown[] | undefined)?.map(Number) ?? [429],
  );
  const policyFor = (request: BudgetedRequest) => policies.find(({ matches }) => matches(request));
  return {
    async take(request, signal) {
      const policy = policyFor(request);
      if (policy === undefined) return;
      const weight = policy.weightOf(request);
      for (;;) {
        const now = clock.now().getTime();
        const ready = policy.readyAt(now, weight);
        if (ready <= now) break;
        await clock.sleep(ready - now, signal);
      }
      policy.count(clock.now().getTime(), weight);
    },
    answered(request, answer) {
      const policy = policyFor(request);
      if (policy === undefined) return;
      const now = clock.now().getTime();
      const reset = Number(answer.headers.get(resetHeader) ?? Number.NaN);
      // A small number is a span, a large one a moment.
      const until = Number.isNaN(reset) ? undefined : reset > 1e9 ? reset * 1000 : now + reset * 1000;
      const remaining = answer.headers.get(remainingHeader);
      if (until !== undefined && (remaining === '0' || hitCodes.has(answer.status)))
        policy.exhausted(Math.min(until, now + MOST_PAUSE_MS));
    },
  };
}

const MOST_PAUSE_MS = 3_600_000;
const textField = (node: Component | undefined, name: string, otherwise: string): string =>
  typeof node?.[name] === 'string' ? node[name] : otherwise;

function policyOf(node: Component, around: Surroundings): Policy {
  const matchers = componentsOf(node['matchers']).map((matcher) => matcherOf(matcher, around));
  const limits =
    node['type'] === 'UnlimitedCallRatePolicy'
      ? []
      : node['type'] === 'FixedWindowCallRatePolicy'
        ? [{ calls: callsOf(node['call_limit'], around), spanMs: spanOf(node['period']), isFixed: true }]
        : componentsOf(node['rates']).map((rate) => ({
            calls: callsOf(rate['limit'], around),
            spanMs: spanOf(rate['interval']),
            isFixed: false,
          }));
  /** Times of calls that count still, oldest first, each as often as it weighs. */
  let calls: number[] = [];
  let pausedUntil = 0;
  const longest = Math.max(0, ...limits.map(({ spanMs }) => spanMs));
  return {
    matches: (request) => matchers.length === 0 || matchers.some(({ matches }) => matches(request)),
    weightOf: (request) => matchers.find(({ matches }) => matches(request))?.weight ?? 1,
    readyAt(now, weight) {
      calls = calls.filter((at) => at > now - longest);
      let ready = pausedUntil;
      for (const { calls: most, spanMs, isFixed } of limits) {
        const start = isFixed ? Math.floor(now / spanMs) * spanMs : now - spanMs;
        const counted = calls.filter((at) => at > start || (isFixed && at >= start));
        if (counted.length + Math.min(weight, most) <= most) continue;
        const leaving = counted[counted.length + Math.min(weight, most) - most - 1]!;
        ready = Math.max(ready, isFixed ? start + spanMs : leaving + spanMs);
      }
      return ready;
    },
    count(now, weight) {
      for (let at = 0; at < weight; at += 1) calls.push(now);
    },
    exhausted(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
  };
}

function callsOf(value: unknown, around: Surroundings): number {
  const calls = Number(new Text(String(value), around).value());
  if (Number.isInteger(calls) && calls > 0) return calls;
  throw new ConnectorError('config', `"${String(value)}" of a call rate policy gives no number of calls above 0.`, {
    hint: 'Correct the manifest or the configuration that it reads.',
  });
}

function spanOf(value: unknown): number {
  const span = parseIsoDuration(String(value));
  if (span === undefined || span.micros <= 0)
    throw new ConnectorError('config', `"${String(value)}" of a call rate policy is no ISO 8601 duration`, {
      hint: 'Write it like PT1M.',
    });
  return span.micros / 1000;
}

function matcherOf(node: Component, around: Surroundings) {
  const pattern =
    typeof node['url_path_pattern'] === 'string'
      ? fieldMatcher(node, 'url_path_pattern', node['url_path_pattern'])
      : undefined;
  const base =
    typeof node['url_base'] === 'string' ? new Text(node['url_base'], around).text().replace(/\/$/, '') : undefined;
  const wanted = (fields: unknown) =>
    Object.entries((fields ?? {}) as Record<string, unknown>).map(([key, value]) => [key, String(value)] as const);
  const [params, headers] = [wanted(node['params']), wanted(node['headers'])];
  const weight = node['weight'];
  return {
    weight: weight === undefined ? 1 : Number(new Text(String(weight), around).value()),
    matches: ({ method, url, headers: sent }: BudgetedRequest): boolean =>
      (node['method'] === undefined || String(node['method']).toUpperCase() === method) &&
      (base === undefined || url.href.startsWith(base)) &&
      (pattern === undefined || pattern(url.pathname).find()) &&
      params.every(([key, value]) => url.searchParams.get(key) === value) &&
      headers.every(([key, value]) => sent[key.toLowerCase()] === value),
  };
}
