import type { Command } from 'commander';
import type { AdoptingStream } from '../adoption-preview.js';
import { snakeKeys } from '../../api/forms.js';
import type { Catalog } from '../../protocol/index.js';
import { ConnectorError, toConnectorError } from '../../sdk/index.js';
import { SettingsError } from '../../settings/issues.js';
import { printError, table } from './output.js';
import { adoptionSentence } from './progress.js';
import { does, type VerbContext } from './verb.js';

export function checkVerb(program: Command): void {
  const command = program
    .command('check')
    .description('connect to a source or destination, or to all of them')
    .argument('[name]');
  does(command, async (context, [name]) => {
    const { settings } = await context.configuration();
    const all = [
      ...Object.keys(settings.sources).map((of) => ({ kind: 'source' as const, name: of })),
      ...Object.keys(settings.destinations).map((of) => ({ kind: 'destination' as const, name: of })),
    ];
    const wanted = all.filter((one) => name === undefined || one.name === name);
    if (wanted.length === 0)
      throw new ConnectorError('config', `There is no source or destination "${name}".`, {
        hint: `There are: ${all.map((one) => one.name).join(', ')}.`,
      });
    let exitCode = 0;
    const results: { kind: string; name: string; ok: boolean; adoption?: object }[] = [];
    for (const one of wanted) {
      try {
        await checkOne(context, one.kind, one.name, (text) =>
          context.output.note(`${one.kind} "${one.name}": ${text}`),
        );
        results.push({ ...one, ok: true });
      } catch (error) {
        context.signal.throwIfAborted();
        context.output.note(`${one.kind} "${one.name}":`);
        const code = printError(await located(context, one, error), context.output, { asData: false });
        exitCode ||= code;
        results.push({ ...one, ok: false });
      }
    }
    const failed = new Set(results.filter(({ ok }) => !ok).map((one) => one.name));
    for (const one of await adopting(context, wanted)) {
      const { source, destination } = settings.connections[one.connection]!;
      // What its ends lack is told already.
      if (failed.has(source) || failed.has(destination)) continue;
      const table = { kind: 'table' as const, name: `${one.connection}.${one.stream}` };
      try {
        const { lookAtAdoption } = await import('../adoption-preview.js');
        const { adoption } = await lookAtAdoption(await context.installation(), one, context.signal);
        const what = adoption === undefined ? 'was adopted before' : `a sync would adopt ${adoptionSentence(adoption)}`;
        context.output.note(`table of "${table.name}": ${what}`);
        results.push({ ...table, ok: true, ...(adoption === undefined ? {} : { adoption: snakeKeys(adoption) }) });
      } catch (error) {
        context.signal.throwIfAborted();
        context.output.note(`table of "${table.name}":`);
        exitCode ||= printError(error, context.output, { asData: false });
        results.push({ ...table, ok: false });
      }
    }
    context.output.data('tributary.check/1', results, () =>
      table(
        ['kind', 'name', 'result'],
        results.map((one) => [one.kind, one.name, one.ok ? 'ok' : 'failed']),
      ),
    );
    return exitCode;
  });
}

/** Streams whose tables are to be adopted, of the ends that are checked. */
async function adopting(
  context: VerbContext,
  wanted: readonly { readonly kind: string; readonly name: string }[],
): Promise<readonly AdoptingStream[]> {
  const { adoptingStreams } = await import('../adoption-preview.js');
  const { settings } = await context.configuration();
  const names = new Set(wanted.map((one) => `${one.kind} ${one.name}`));
  return adoptingStreams(settings).filter(({ connection }) => {
    const { source, destination } = settings.connections[connection]!;
    return names.has(`source ${source}`) || names.has(`destination ${destination}`);
  });
}

/** With the lines of the file where the options lie that are at fault. */
async function located(
  context: VerbContext,
  { kind, name }: { readonly kind: 'source' | 'destination'; readonly name: string },
  error: unknown,
): Promise<unknown> {
  const { options, ...details } = toConnectorError(error).details;
  if (options === undefined) return error;
  const { loaded } = await context.configuration();
  return new SettingsError(loaded.file, loaded.issuesFrom([`${kind}s`, name, 'config'], options), details);
}

async function checkOne(
  context: VerbContext,
  kind: 'source' | 'destination',
  name: string,
  note: (text: string) => void,
): Promise<void> {
  const installation = await context.installation();
  if (kind === 'destination') return installation.checkDestination(name, context.signal);
  const source = await installation.source(name, context.signal);
  try {
    await source.check(note);
  } finally {
    await source.close();
  }
}

export function discoverVerb(program: Command): void {
  const command = program
    .command('discover')
    .description('print the streams that a source offers')
    .argument('<source>');
  does(command, async (context, [name]) => {
    const installation = await context.installation();
    const source = await installation.source(name as string, context.signal);
    const faults: unknown[] = [];
    try {
      const offered = await source.streams(
        () => undefined,
        undefined,
        (_stream, error) => faults.push(error),
      );
      if (Object.keys(offered).length === 0 && faults.length === 1) throw faults[0];
      const { streams }: Catalog = { streams: Object.values(offered).map(({ catalog }) => catalog) };
      context.output.data('tributary.catalog/1', { streams: streams.map(snakeKeys) }, () =>
        streams
          .map(({ name: stream, summary, primaryKey, cursor, syncModes, fields }) =>
            [
              `${stream}: ${summary}`,
              `  key: ${primaryKey.join(', ') || 'none'}   cursor: ${cursor ?? 'none'}   sync: ${syncModes.join(', ')}`,
              indent(
                table(
                  ['column', 'type', 'null', 'description'],
                  fields.map((field) => [
                    field.name,
                    field.type,
                    field.nullable ? 'yes' : 'no',
                    field.description ?? '',
                  ]),
                ),
              ),
            ].join('\n'),
          )
          .join('\n\n'),
      );
    } finally {
      await source.close();
    }
    const codes: number[] = [];
    for (const fault of faults)
      codes.push(
        printError(await located(context, { kind: 'source', name: name as string }, fault), context.output, {
          asData: false,
        }),
      );
    return codes[0] ?? 0;
  });
}

const indent = (text: string) => text.replaceAll(/^/gm, '  ');
