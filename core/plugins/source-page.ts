import { stringify } from 'yaml';
import { typeName, type SourceStream } from '../protocol/index.js';
import type { SourceGuide, SourcePlugin } from '../sdk/index.js';
import { configKeys, configSchema } from './config-keys.js';

/** The page of a source in the docs, from its definition alone: nothing is asked of the vendor. */
export async function sourcePage(
  plugin: SourcePlugin,
  { origin, more }: { readonly origin: string; readonly more: string },
): Promise<string> {
  const { name, summary, guide } = plugin;
  const streams = guide === undefined ? [] : await offeredStreams(plugin, guide);
  const parts = [
    `<!-- ${origin} -->`,
    `# ${name}`,
    summary,
    more,
    ...(guide === undefined ? [] : beginning(name, guide)),
    '## Options',
    optionsTable(plugin),
    ...(guide === undefined ? [] : ['## Streams', ...streamOverview(streams, guide), ...streams.flatMap(streamPart)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Those that need no look at data: where the configuration makes streams, `guide.otherStreams` tells of them. */
async function offeredStreams(
  plugin: SourcePlugin,
  { example, everything, isAskedForStreams }: SourceGuide,
): Promise<readonly SourceStream[]> {
  if (isAskedForStreams === true) return [];
  const context = { signal: new AbortController().signal, baseFolder: '/' };
  const source = await plugin.open(plugin.config.parse({ ...example, ...everything }), context);
  try {
    return Object.values(await source.streams(() => undefined, ''));
  } finally {
    await source.close();
  }
}

function beginning(name: string, { example, credentials, limits, uncertain = [] }: SourceGuide): readonly string[] {
  const yaml = stringify({ sources: { [name]: { connector: name, config: example } } }, { lineWidth: 0 });
  return [
    `\`\`\`yaml\n${yaml}\`\`\``,
    '## Credentials',
    credentials.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    '## Limits',
    list(limits),
    ...(uncertain.length === 0
      ? []
      : [
          '## What is uncertain',
          'The vendor does not say these, or says them twice. Columns that rest on one are marked *uncertain*.',
          list(uncertain),
        ]),
  ];
}

const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const optionsTable = (plugin: SourcePlugin): string =>
  table(
    ['option', 'value', 'default', 'meaning'],
    configKeys(configSchema(plugin)).map(({ key, type, isRequired, default: value, description, isSecret }) => [
      `\`${key}\``,
      type,
      isRequired ? '**required**' : value === undefined ? '' : `\`${JSON.stringify(value)}\``,
      `${description}${isSecret ? ' (secret)' : ''}`,
    ]),
  );

function streamOverview(streams: readonly SourceStream[], { otherStreams }: SourceGuide): readonly string[] {
  const rows = streams.map(({ catalog: { name, summary, permissions = [] } }) => [
    `[\`${name}\`](#${name})`,
    summary,
    code(permissions),
  ]);
  return [
    ...(rows.length === 0 ? [] : [table(['stream', 'rows', 'permissions'], rows)]),
    ...(otherStreams === undefined ? [] : [otherStreams]),
  ];
}

function streamPart(stream: SourceStream): readonly string[] {
  const { name, summary, primaryKey, permissions = [], calls, fields } = stream.catalog;
  return [
    `### ${name}`,
    summary,
    list([
      `Key: ${code(primaryKey)}`,
      `Read ${howRead(stream)}`,
      ...(permissions.length === 0 ? [] : [`Permissions: ${code(permissions)}`]),
      ...(calls === undefined ? [] : [`Calls: ${calls}`]),
    ]),
    table(
      ['column', 'type', 'meaning'],
      fields.map((field) => [
        `\`${field.name}\``,
        `${typeName(field)}${field.nullable ? ', may be null' : ''}`,
        field.description ?? '',
      ]),
    ),
  ];
}

function howRead(stream: SourceStream): string {
  if (stream.kind === 'stateful') return 'from the state that the source itself keeps';
  if (stream.kind !== 'incremental') return 'whole in every run';
  const { field, window, lookback } = stream.cursor;
  return [
    `by the cursor \`${field}\` from the bookmark on`,
    ...(window === undefined ? [] : [`in windows of ${window} at most`]),
    ...(lookback === undefined
      ? []
      : [`the ${lookback} before the bookmark again, unless \`lookback\` says otherwise`]),
  ].join(', ');
}
