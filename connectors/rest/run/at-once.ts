import { ConnectorError } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';
import { textOf } from '../template/values.js';
import { Text } from './text.js';

/** However many a manifest wants: each may hold a page. */
const MOST_AT_ONCE = 50;

/** How many slices of a stream, and how many jobs, a manifest allows at once; one where it says nothing. */
export function atOnce(root: Component, config: Component): { readonly slices: number; readonly jobs: number } {
  const level = isComponent(root['concurrency_level']) ? root['concurrency_level'] : undefined;
  const around = (node: Component) => ({
    config,
    parameters: isComponent(node['$parameters']) ? node['$parameters'] : {},
  });
  const number = (node: Component, name: string): number => {
    if (node[name] === undefined || node[name] === null) return 1;
    const value = new Text(String(node[name]), around(node)).value();
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
    throw new ConnectorError('config', `\`${name}\` of the manifest is "${textOf(value).slice(0, 40)}".`, {
      hint: 'It is a whole number from 1 on; correct it, or the option of the configuration that it reads.',
    });
  };
  const slices = level === undefined ? 1 : number(level, 'default_concurrency');
  const most = level?.['max_concurrency'] === undefined ? MOST_AT_ONCE : number(level, 'max_concurrency');
  return {
    slices: Math.min(slices, most, MOST_AT_ONCE),
    jobs: Math.min(number(root, 'max_concurrent_async_job_count'), MOST_AT_ONCE),
  };
}
