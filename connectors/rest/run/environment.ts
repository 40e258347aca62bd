import { ConnectorError } from '#sdk';
import type { HttpClock } from '#sdk/http';
import { isComponent, type Component } from '../manifest/text.js';
import type { ApiClient } from '../requests/api-client.js';
import type { Surroundings } from './text.js';

/** Keeps what an API hands out once and wants back the next time, such as a refresh token that can be used once. */
export interface TokenStore {
  /**
   * Does work while nobody else, in this process or another, uses what is kept under this name: two that show the same token
   * lose it. It is given what is kept now, and a function that keeps the next one, which lies on the disk when that resolves.
   */
  exclusively<T>(name: string, work: (kept: string | undefined, keep: KeepToken) => Promise<T>): Promise<T>;
}

export type KeepToken = (token: string) => Promise<void>;

/** A module of the configuration that takes the place of a Python class: what it exports under the class's name, or `default`. */
export type Replacement = (node: Component, around: Surroundings) => unknown;

/** What all components of one connected source share. */
export interface Environment {
  readonly config: Component;
  readonly client: ApiClient;
  readonly clock: HttpClock;
  readonly signal: AbortSignal;
  /** The largest answer; what is read of a packed one is bounded by it too. */
  readonly maxResponseBytes: number;
  readonly tokens: TokenStore | undefined;
  /** Told of each token that an authenticator fetches, makes or sends, so that none is shown. */
  readonly onToken: (token: string) => void;
  readonly replacements: ReadonlyMap<string, Replacement>;
  /** True for the short form, which is ours: nothing that it asks for may be left out in silence, where a manifest does as the reference does. */
  readonly isShort: boolean;
}

/** What a module that takes the place of a Python class makes of a component that is a function; it was judged to be one. */
export function replacedFunction(node: Component, environment: Environment): (...given: never[]) => unknown {
  const made = environment.replacements.get(String(node['class_name']))?.(node, aroundOf(node, environment));
  if (made !== undefined) return made as (...given: never[]) => unknown;
  throw new ConnectorError('internal', `There is no component "${String(node['type'])}"`);
}

/** What the texts of a component see. */
export function aroundOf(
  node: Component,
  { config, clock }: Pick<Environment, 'config'> & Pick<Surroundings, 'clock'>,
): Surroundings {
  return {
    config,
    ...(clock === undefined ? {} : { clock }),
    parameters: isComponent(node['$parameters']) ? node['$parameters'] : {},
  };
}
