import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { stepsOf, valueAlong } from '../records/path.js';
import { Answer } from '../requests/answer.js';
import { noParts, requestOption, type RequestParts } from '../requests/request-option.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { StreamSlice } from '../run/slice.js';
import { Text } from '../run/text.js';
import { isTrue, textOf } from '../template/values.js';
import type { OpenedParent } from './parent.js';

/** Gives the partitions of a stream. */
export interface PartitionRouter {
  slices(): AsyncIterable<StreamSlice>;
  /** What a partition adds to a request. */
  parts(slice: StreamSlice): RequestParts;
  /** How far parents with an incremental dependency were read; nothing where there are none. */
  state(): Record<string, unknown> | undefined;
  /** True where partitions are put together, so that none has a state of its own. */
  readonly isGrouping: boolean;
}

/** Opens a parent stream, from the state that its child has kept of it. */
export type OpenParent = (stream: Component, isIncremental: boolean) => OpenedParent;

export function partitionRouter(
  value: unknown,
  environment: Environment,
  openParent: OpenParent,
): PartitionRouter | undefined {
  if (Array.isArray(value)) {
    const routers = componentsOf(value).map((node) => oneRouter(node, environment, openParent));
    return routers.length === 0 ? undefined : product(routers);
  }
  return isComponent(value) ? oneRouter(value, environment, openParent) : undefined;
}

function oneRouter(node: Component, environment: Environment, openParent: OpenParent): PartitionRouter {
  switch (node['type']) {
    case 'ListPartitionRouter':
      return listRouter(node, environment);
    case 'SubstreamPartitionRouter':
      return substreamRouter(node, environment, openParent);
    case 'GroupingPartitionRouter':
      return grouping(node, oneRouter(node['underlying_partition_router'] as Component, environment, openParent));
    case 'UnionPartitionRouter':
      return union(
        node,
        componentsOf(node['partition_routers']).map((one) => oneRouter(one, environment, openParent)),
        environment,
      );
    default: {
      const made = environment.replacements.get(String(node['class_name']))?.(node, aroundOf(node, environment));
      if (made === undefined)
        throw new ConnectorError('internal', `There is no partition router "${String(node['type'])}"`);
      return made as PartitionRouter;
    }
  }
}

const stateless = { state: () => undefined, isGrouping: false };

function listRouter(node: Component, environment: Environment): PartitionRouter {
  const around = aroundOf(node, environment);
  const field = new Text(String(node['cursor_field']), around).text();
  const option = isComponent(node['request_option'])
    ? requestOption(node['request_option'], aroundOf(node['request_option'], environment))
    : undefined;
  return {
    ...stateless,
    async *slices() {
      const values = typeof node['values'] === 'string' ? new Text(node['values'], around).value() : node['values'];
      // An option that nobody has given.
      if (values === '') return;
      if (!Array.isArray(values))
        throw new ConnectorError(
          'config',
          `The values of a ListPartitionRouter are no list: ${textOf(node['values']).slice(0, 100)}`,
          { hint: 'Correct the manifest, or the option that it reads: a list is due.' },
        );
      for (const value of values) yield new StreamSlice({ [field]: value as unknown });
    },
    parts(slice) {
      const parts = noParts();
      const value = slice.item(field);
      if (option !== undefined && isTrue(value)) option.inject(parts, value);
      return parts;
    },
  };
}

function substreamRouter(node: Component, environment: Environment, openParent: OpenParent): PartitionRouter {
  const parents = componentsOf(node['parent_stream_configs']).map((config) => {
    const around = aroundOf(config, environment);
    const texts = (path: unknown) => (path as readonly unknown[]).map((part) => new Text(String(part), around));
    const isIncremental = config['incremental_dependency'] === true;
    return {
      isIncremental,
      name: String((config['stream'] as Component)['name']),
      stream: openParent(config['stream'] as Component, isIncremental),
      key: new Text(String(config['parent_key']), around),
      field: new Text(String(config['partition_field']), around),
      extra: ((config['extra_fields'] ?? []) as readonly unknown[]).map(texts),
      pointer:
        Array.isArray(config['lazy_read_pointer']) && config['lazy_read_pointer'].length > 0
          ? texts(config['lazy_read_pointer'])
          : undefined,
      option: isComponent(config['request_option'])
        ? requestOption(config['request_option'], aroundOf(config['request_option'], environment))
        : undefined,
    };
  });
  return {
    isGrouping: false,
    state() {
      const kept = parents.filter(({ isIncremental }) => isIncremental);
      return Object.fromEntries(kept.map(({ name, stream }) => [name, stream.state()]));
    },
    parts(slice) {
      const parts = noParts();
      for (const { option, field } of parents) {
        const value = option === undefined ? undefined : slice.item(field.text());
        if (isTrue(value)) option!.inject(parts, value);
      }
      return parts;
    },
    async *slices() {
      for (const { stream, key, field, extra, pointer } of parents) {
        const path = stepsOf(key.text());
        const name = field.text();
        for await (const { record, slice } of stream.records()) {
          const value = valueAlong(record, path);
          stream.sight(record, path);
          if (value === undefined || value === null) continue;
          const fields: Record<string, unknown> = {};
          if (pointer !== undefined)
            fields['child_response'] = Answer.of(
              valueAlong(
                record,
                pointer.map((part) => part.text()),
              ) ?? [],
            );
          for (const parts of extra) {
            const steps = parts.map((part) => part.text());
            fields[steps.join('.')] = valueAlong(record, steps) ?? null;
          }
          yield new StreamSlice({ [name]: value, parent_slice: slice.partition }, {}, fields);
        }
      }
    },
  };
}

function grouping(node: Component, inner: PartitionRouter): PartitionRouter {
  const size = Number(node['group_size']);
  const removesTwins = node['deduplicate'] !== false;
  let state: Record<string, unknown> | undefined = {};
  const together = (batch: readonly StreamSlice[]): StreamSlice => {
    const collect = (fields: readonly Readonly<Record<string, unknown>>[]) => {
      const names = [...new Set(fields.flatMap(Object.keys))];
      return Object.fromEntries(names.map((name) => [name, fields.map((one) => one[name] ?? null)]));
    };
    return new StreamSlice(
      collect(batch.map(({ partition }) => partition)),
      {},
      collect(batch.map(({ extraFields }) => extraFields)),
    );
  };
  return {
    isGrouping: true,
    parts: noParts,
    state: () => state,
    async *slices() {
      const seen = new Set<string>();
      let batch: StreamSlice[] = [];
      for await (const slice of inner.slices()) {
        const names = Object.keys(slice.partition).filter((name) => name !== 'parent_slice');
        if (names.length !== 1)
          throw new ConnectorError('config', 'A GroupingPartitionRouter needs partitions of one field.', {
            hint: 'Group a list, or one parent stream.',
          });
        const key = writeJson(slice.partition[names[0]!]);
        if (removesTwins && seen.has(key)) continue;
        seen.add(key);
        batch.push(slice);
        if (batch.length < size) continue;
        state = inner.state();
        yield together(batch);
        batch = [];
      }
      state = inner.state();
      if (batch.length > 0) yield together(batch);
    },
  };
}

function union(node: Component, routers: readonly PartitionRouter[], environment: Environment): PartitionRouter {
  const field = new Text(String(node['partition_field']), aroundOf(node, environment)).text();
  return {
    isGrouping: false,
    parts: noParts,
    state() {
      const states = routers.map((router) => router.state()).filter((state) => state !== undefined);
      return Object.assign({}, ...states) as Record<string, unknown>;
    },
    async *slices() {
      const seen = new Set<string>();
      for (const router of routers)
        for await (const { partition, extraFields } of router.slices()) {
          if (!Object.hasOwn(partition, field))
            throw new ConnectorError('config', `A partition of a UnionPartitionRouter has no "${field}".`, {
              hint: 'All its routers must give that field.',
            });
          const { [field]: value, ...rest } = partition;
          const key = writeJson(value);
          if (seen.has(key)) continue;
          seen.add(key);
          yield new StreamSlice({ [field]: value }, {}, { ...extraFields, ...rest });
        }
    },
  };
}

/** Every combination of the partitions of several routers. */
function product(routers: readonly PartitionRouter[]): PartitionRouter {
  return {
    ...stateless,
    parts(slice) {
      const made = noParts();
      for (const router of routers.toReversed()) {
        const parts = router.parts(slice);
        for (const place of Object.keys(made) as (keyof RequestParts)[]) Object.assign(made[place], parts[place]);
      }
      return made;
    },
    async *slices() {
      const lists: StreamSlice[][] = [];
      for (const router of routers) {
        const list: StreamSlice[] = [];
        for await (const slice of router.slices()) list.push(slice);
        lists.push(list);
      }
      const counts = lists.map(({ length }) => length);
      const total = counts.reduce((all, one) => all * one, 1);
      for (let at = 0; at < total; at += 1) {
        let rest = at;
        const chosen = lists.toReversed().map((list) => {
          const slice = list[rest % list.length]!;
          rest = Math.floor(rest / list.length);
          return slice;
        });
        const merged = (fields: (slice: StreamSlice) => Readonly<Record<string, unknown>>) =>
          Object.assign({}, ...chosen.map(fields)) as Record<string, unknown>;
        yield new StreamSlice(
          merged(({ partition }) => partition),
          {},
          merged(({ extraFields }) => extraFields),
        );
      }
    },
  };
}
