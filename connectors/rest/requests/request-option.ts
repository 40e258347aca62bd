import type { Component } from '../manifest/text.js';
import { Text, type Surroundings } from '../run/text.js';
import { setKey } from '../template/values.js';

export type Place = 'request_parameter' | 'header' | 'body_data' | 'body_json';

/** What components add to a request, by its place. */
export interface RequestParts {
  readonly request_parameter: Record<string, unknown>;
  readonly header: Record<string, unknown>;
  readonly body_data: Record<string, unknown>;
  readonly body_json: Record<string, unknown>;
}

export const noParts = (): RequestParts => ({ request_parameter: {}, header: {}, body_data: {}, body_json: {} });

/** Where in a request a value goes. */
export interface RequestOption {
  readonly place: Place;
  inject(parts: RequestParts, value: unknown): void;
}

export function requestOption(node: Component, around: Surroundings): RequestOption {
  const place = node['inject_into'] as Place;
  const path =
    Array.isArray(node['field_path']) && place === 'body_json'
      ? node['field_path'].map((part) => new Text(String(part), around))
      : [new Text(String(node['field_name']), around)];
  return {
    place,
    inject(parts, value) {
      let target = parts[place];
      const names = path.map((part) => part.text());
      for (const name of names.slice(0, -1)) {
        if (!Object.hasOwn(target, name)) setKey(target, name, {});
        target = target[name] as Record<string, unknown>;
      }
      setKey(target, names.at(-1)!, value);
    },
  };
}
