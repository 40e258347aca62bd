import type { ConnectorError } from '#sdk';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { Condition, Text, type Surroundings } from '../run/text.js';
import { isTrue, textOf } from '../template/values.js';
import type { Answer } from './answer.js';
import { backOffOf, type BackOff } from './back-off.js';

export type Action =
  | 'SUCCESS'
  | 'FAIL'
  | 'RETRY'
  | 'IGNORE'
  | 'RESET_PAGINATION'
  | 'RATE_LIMITED'
  | 'REFRESH_TOKEN_THEN_RETRY'
  | 'REDUCE_PAGE_SIZE'
  | 'SPLIT_REQUEST_WINDOW';

export interface Resolution {
  readonly action: Action;
  readonly failure: 'system_error' | 'config_error' | 'transient_error';
  /** What the manifest says of it, or nothing. */
  readonly message: string;
}

/** Says what becomes of an answer, or of a request that got none. */
export interface ErrorHandler {
  readonly maxRetries: number;
  readonly backOffs: readonly BackOff[];
  interpret(outcome: Answer | ConnectorError): Resolution;
}

const of = (action: Action, failure: Resolution['failure'], message = ''): Resolution => ({ action, failure, message });

/** What a status means that no filter of the manifest names: as the reference has it. */
const USUAL: Readonly<Record<number, Resolution>> = {
  400: of('FAIL', 'system_error'),
  401: of('FAIL', 'config_error'),
  403: of('FAIL', 'config_error'),
  404: of('FAIL', 'system_error'),
  405: of('FAIL', 'system_error'),
  408: of('RETRY', 'transient_error'),
  429: of('RATE_LIMITED', 'transient_error'),
  500: of('RETRY', 'transient_error'),
  502: of('RETRY', 'transient_error'),
  503: of('RETRY', 'transient_error'),
  504: of('RETRY', 'transient_error'),
};

const isAnswer = (outcome: Answer | ConnectorError): outcome is Answer => !(outcome instanceof Error);

function usual(outcome: Answer | ConnectorError): Resolution {
  if (isAnswer(outcome)) return USUAL[outcome.status] ?? of('RETRY', 'system_error');
  if (outcome.kind === 'transient' || outcome.kind === 'rate_limit') return of('RETRY', 'transient_error');
  return of('FAIL', outcome.kind === 'config' || outcome.kind === 'auth' ? 'config_error' : 'system_error');
}

type Filter = (outcome: Answer) => Resolution | undefined;

/** Texts in which APIs tell what went wrong. */
const MESSAGE_FIELDS = [
  'message',
  'messages',
  'error',
  'errors',
  'failures',
  'failure',
  'detail',
  'err',
  'error_message',
  'msg',
  'reason',
  'status_message',
];

/** The message of an error's answer, found where APIs put it: in the first of these fields that says anything. */
export function errorMessageOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (Array.isArray(body)) {
    const parts = body.map(errorMessageOf).filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(', ');
  }
  if (!isComponent(body)) return undefined;
  const said = MESSAGE_FIELDS.find((field) => Object.hasOwn(body, field) && isTrue(body[field]));
  return said === undefined ? undefined : errorMessageOf(body[said]);
}

/** The same, or all of a body that is no JSON. */
const messageIn = (answer: Answer): string | undefined =>
  answer.isJson ? errorMessageOf(answer.json()) : new TextDecoder().decode(answer.body);

function responseFilter(node: Component, around: Surroundings): Filter {
  const codes = new Set((node['http_codes'] as readonly unknown[] | undefined)?.map(Number));
  const predicate = isText(node['predicate']) ? new Condition(node['predicate'], { ...around, config: {} }) : undefined;
  const part = isText(node['error_message_contains']) ? node['error_message_contains'] : undefined;
  const message = isText(node['error_message']) ? new Text(node['error_message'], around) : undefined;
  const action = node['action'] as Action | undefined;
  return (outcome) => {
    const context = { response: outcome.json(), headers: outcome.headers, request_url: outcome.url };
    const matches =
      codes.has(outcome.status) ||
      predicate?.holds(context) === true ||
      (part !== undefined && messageIn(outcome)?.includes(part) === true);
    if (!matches || action === undefined) return undefined;
    const usually = USUAL[outcome.status];
    const declared = node['failure_type'] as Resolution['failure'] | undefined;
    const failure = (action === 'FAIL' ? declared : undefined) ?? usually?.failure ?? 'system_error';
    return of(action, failure, message === undefined ? '' : textOf(message.value(context)));
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const DEFAULT_RETRIES = 5;

export function errorHandler(
  node: Component | undefined,
  around: Surroundings,
  surroundingsOf: (node: Component) => Surroundings,
): ErrorHandler {
  if (node?.['type'] === 'CompositeErrorHandler') {
    const handlers = componentsOf(node['error_handlers']).map((one) =>
      errorHandler(one, surroundingsOf(one), surroundingsOf),
    );
    return {
      maxRetries: handlers[0]?.maxRetries ?? DEFAULT_RETRIES,
      backOffs: handlers.flatMap(({ backOffs }) => backOffs),
      interpret(outcome) {
        let last: Resolution | undefined;
        for (const handler of handlers) {
          last = handler.interpret(outcome);
          if (TAKEN_AT_ONCE.has(last.action)) return last;
        }
        return last ?? usual(outcome);
      },
    };
  }
  const filters = componentsOf(node?.['response_filters']).map((one) => responseFilter(one, surroundingsOf(one)));
  const retries = node?.['max_retries'];
  return {
    maxRetries:
      typeof retries === 'string'
        ? Number(new Text(retries, around).value())
        : ((retries as number | undefined) ?? DEFAULT_RETRIES),
    backOffs: componentsOf(node?.['backoff_strategies']).map((one) => backOffOf(one, surroundingsOf(one))),
    interpret(outcome) {
      if (!isAnswer(outcome)) return usual(outcome);
      for (const filter of filters) {
        const resolution = filter(outcome);
        if (resolution !== undefined) return resolution;
      }
      return outcome.isOk ? of('SUCCESS', 'system_error') : usual(outcome);
    },
  };
}

/** Of several handlers, the first that says one of these decides; otherwise the last one does. */
const TAKEN_AT_ONCE = new Set<Action>([
  'SUCCESS',
  'RETRY',
  'IGNORE',
  'RESET_PAGINATION',
  'REDUCE_PAGE_SIZE',
  'SPLIT_REQUEST_WINDOW',
]);
