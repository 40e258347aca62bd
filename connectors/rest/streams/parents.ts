import { isComponent, type Component } from '../manifest/text.js';

/** Streams with the answers of those that others depend on kept, so that what is read twice is asked for once. */
export function withCachedParents(streams: readonly Component[]): readonly Component[] {
  const names = new Set<string>();
  const cached = streams.map((stream) => withCache(stream, names, false));
  return cached.map((stream) => (names.has(String(stream['name'])) ? cachedStream(stream) : stream));
}

function withCache<T>(node: T, names: Set<string>, isParent: boolean): T {
  if (Array.isArray(node)) return node.map((item: unknown) => withCache(item, names, false)) as T;
  if (!isComponent(node)) return node;
  const made: Component = {};
  for (const [key, value] of Object.entries(node)) {
    const isParentStream = node['type'] === 'ParentStreamConfig' && key === 'stream';
    if (isParentStream && isComponent(value)) names.add(String(value['name']));
    made[key] = key === '$parameters' || key === 'schema_loader' ? value : withCache(value, names, isParentStream);
  }
  return (isParent ? cachedStream(made) : made) as T;
}

function cachedStream(stream: Component): Component {
  if (stream['type'] === 'StateDelegatingStream')
    return {
      ...stream,
      full_refresh_stream: cachedStream(stream['full_refresh_stream'] as Component),
      incremental_stream: cachedStream(stream['incremental_stream'] as Component),
    };
  const retriever = stream['retriever'];
  if (!isComponent(retriever) || !isComponent(retriever['requester']) || retriever['requester']['use_cache'] === false)
    return stream;
  return { ...stream, retriever: { ...retriever, requester: { ...retriever['requester'], use_cache: true } } };
}
