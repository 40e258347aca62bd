import { ConnectorError } from '#sdk';
import type { Component } from '../manifest/text.js';
import { aroundOf, replacedFunction, type Environment } from '../run/environment.js';
import { Text, type Surroundings } from '../run/text.js';
import { textOf } from '../template/values.js';
import type { Answer } from './answer.js';
import { fieldMatcher } from './pattern.js';

/** Seconds to wait before a request is sent again; undefined where the strategy has nothing to say of this answer. */
export type BackOff = (answer: Answer | undefined, attempt: number, random: () => number) => number | undefined;

const number = (value: unknown): number | undefined => {
  const seconds = typeof value === 'number' ? value : Number(textOf(value ?? null).trim() || 'none');
  return Number.isFinite(seconds) ? seconds : undefined;
};

/** A field that is a number, or a text that gives one. */
function numberField(node: Component, name: string, around: Surroundings): (() => number | undefined) | undefined {
  const value = node[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return () => value;
  const text = new Text(String(value), around);
  return () => number(text.value());
}

function jittered(seconds: number | undefined, node: Component, random: () => number): number | undefined {
  const range = node['jitter_range_in_seconds'];
  return seconds === undefined || typeof range !== 'number' ? seconds : seconds + random() * range * 2;
}

/** A longer wait than the manifest allows is a failure at once. */
function held(seconds: number | undefined, most: (() => number | undefined) | undefined): number | undefined {
  const limit = most?.();
  if (seconds === undefined || limit === undefined || seconds === 0 || seconds < limit) return seconds;
  throw new ConnectorError(
    'rate_limit',
    `The API asks to wait ${Math.ceil(seconds)} s, and the manifest allows less than ${limit} s.`,
    {
      retryAfterMs: Math.ceil(seconds * 1000),
      hint: 'Run at another time, or raise `max_waiting_time_in_seconds`.',
    },
  );
}

export function backOffOf(node: Component, environment: Environment): BackOff {
  const around = aroundOf(node, environment);
  const most = numberField(node, 'max_waiting_time_in_seconds', around);
  switch (node['type']) {
    case 'ConstantBackoffStrategy': {
      const seconds = numberField(node, 'backoff_time_in_seconds', around);
      return (_answer, _attempt, random) => jittered(seconds?.(), node, random);
    }
    case 'ExponentialBackoffStrategy': {
      const factor = numberField(node, 'factor', around);
      return (_answer, attempt, random) => jittered((factor?.() ?? 5) * 2 ** attempt, node, random);
    }
    case 'WaitTimeFromHeader': {
      const read = headerReader(node, around);
      return (answer) => held(read(answer), most);
    }
    case 'WaitUntilTimeFromHeader': {
      const read = headerReader(node, around);
      const least = numberField(node, 'min_wait', around);
      return (answer) => {
        const until = read(answer);
        const shortest = least?.();
        if (until === undefined || until === 0) return held(shortest, most);
        const seconds = until - environment.clock.now().getTime() / 1000;
        if (shortest !== undefined && shortest !== 0) return held(Math.max(seconds, shortest), most);
        return seconds < 0 ? undefined : held(seconds, most);
      };
    }
    case 'WaitTimeFromResponse': {
      const text = new Text(String(node['wait_time_in_seconds']), around);
      return (answer) => {
        if (answer === undefined) return undefined;
        const seconds = number(text.value({ response: answer.json(), headers: answer.headers }));
        return seconds === undefined || seconds < 0 ? undefined : held(seconds, most);
      };
    }
    default: {
      const seconds = replacedFunction(node, environment) as (answer: Answer | undefined, attempt: number) => unknown;
      return (answer, attempt) => number(seconds(answer?.own(), attempt) ?? undefined);
    }
  }
}

function headerReader(node: Component, around: Surroundings): (answer: Answer | undefined) => number | undefined {
  const header = new Text(String(node['header']), around);
  const regex = typeof node['regex'] === 'string' ? new Text(node['regex'], around) : undefined;
  return (answer) => {
    const value = answer?.headers.get(header.text());
    if (value === undefined) return undefined;
    if (regex === undefined) return number(value);
    const matcher = fieldMatcher(node, 'regex', regex.text())(value);
    return number(matcher.lookingAt() ? matcher.group() : value);
  };
}
