import { ConnectorError } from '#sdk';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { aroundOf, replacedFunction, type Environment } from '../run/environment.js';
import { Condition, Text, type Surroundings } from '../run/text.js';
import { isTrue, textOf } from '../template/values.js';
import type { Answer } from './answer.js';
import { backOffOf, type BackOff } from './back-off.js';

const ACTIONS = [
  'SUCCESS',
  'FAIL',
  'RETRY',
  'IGNORE',
  'RESET_PAGINATION',
  'RATE_LIMITED',
  'REFRESH_TOKEN_THEN_RETRY',
  'REDUCE_PAGE_SIZE',
  'SPLIT_REQUEST_WINDOW',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Resolution {
  readonly action: Action;
  readonly failure: 'system_error' | 'config_error' | 'transient_error' | 'auth_error';
  /** What the manifest says of it, or nothing. */
  readonly message: string;
  /** The next step, where it is another one than is usual for such a failure. */
  readonly hint?: string;
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

export function errorHandler(node: Component | undefined, environment: Environment): ErrorHandler {
  if (node?.['type'] === 'CompositeErrorHandler') {
    const handlers = componentsOf(node['error_handlers']).map((one) => errorHandler(one, environment));
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
  const filters = componentsOf(node?.['response_filters']).map((one) =>
    responseFilter(one, aroundOf(one, environment)),
  );
  if (node?.['type'] === 'CustomErrorHandler') filters.unshift(ownFilter(node, environment));
  return {
    maxRetries: node === undefined ? DEFAULT_RETRIES : retriesOf(node, environment),
    backOffs: componentsOf(node?.['backoff_strategies']).map((one) => backOffOf(one, environment)),
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

function retriesOf(node: Component, environment: Environment): number {
  const declared = node['max_retries'] ?? DEFAULT_RETRIES;
  const retries =
    typeof declared === 'string' ? Number(new Text(declared, aroundOf(node, environment)).value()) : Number(declared);
  if (Number.isInteger(retries)) return retries;
  throw new ConnectorError('config', '`max_retries` of an error handler gives no whole number.', {
    hint: 'Correct the manifest or the configuration that it reads.',
  });
}

/** A module in place of a Python class: what it says of an answer comes before all else, and it may say nothing. */
function ownFilter(node: Component, environment: Environment): Filter {
  const judge = replacedFunction(node, environment) as (answer: Answer) => Partial<Resolution> | null | undefined;
  return (answer) => {
    const { action, failure, message = '' } = judge(answer.own()) ?? {};
    if (action === undefined) return undefined;
    if (!ACTIONS.includes(action))
      throw new ConnectorError(
        'config',
        `The module in place of "${String(node['class_name'])}" says the action "${textOf(action).slice(0, 40)}", which there is not.`,
        { hint: `There are: ${ACTIONS.join(', ')}.` },
      );
    return of(action, failure ?? usual(answer).failure, message);
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
